import { existsSync, readFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import { SuiteError } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { CONFIG_FILE } from '../base/paths.ts'

/** `ollama-conformance.yaml` of a project that uses the suite. The keys are explained in `config.schema.json`. */
export type Config = {
  target?: string
  as?: string
  /** Name of the environment variable by header. */
  headers?: Record<string, string>
  models?: Record<string, string>
  /** Models of the server's own. */
  model?: string
  'embed-model'?: string
  'tool-model'?: string
  'thinking-model'?: string
  profiles?: Profile[]
  'read-only'?: boolean
  rate?: number
  patience?: number
  'relies-on'?: ReliesOn
  'known-failures'?: ConfiguredFailure[]
}

/** What a client may need of a server; each route of `routes.yaml` says which it belongs to. */
export const PROFILES = [
  'discover',
  'generate',
  'chat',
  'embed',
  'manage',
  'openai',
  'responses',
  'anthropic',
] as const

export type Profile = (typeof PROFILES)[number]

export type ReliesOn = { ids?: string[]; areas?: string[]; endpoints?: string[]; fields?: string[] }

/** What is known to fail: a statement, or a place of a message. */
export type ConfiguredFailure = {
  id?: string
  message?: string
  place?: string
  reason: string
  link: string
  since?: string
  until?: string
  expires?: string
}

/** A configuration with where it stands. */
export type LoadedConfig = {
  config: Config
  path: string
  /** `file:line` of a key or an entry: `['relies-on', 'ids', 0]`. */
  at: (path: readonly (string | number)[]) => string
}

export const configSchema = (): Schema =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'config.schema.json'), 'utf8'))

type Schema = { [keyword: string]: unknown }

/**
 * Reads the configuration: the file that is named, else the one in the working folder.
 *
 * @returns undefined when none is named and none is there
 * @throws SuiteError with a line for every broken entry
 */
export function loadConfig(named?: string): LoadedConfig | undefined {
  const path = resolve(named ?? CONFIG_FILE)
  if (!existsSync(path)) {
    if (named === undefined) return undefined
    throw new SuiteError(`no file ${named}; write one: ollama-conformance init --config ${named}`)
  }
  return parseConfig(readFileSync(path, 'utf8'), path)
}

let validate: ValidateFunction | undefined

/** @throws SuiteError with a line for every broken entry */
export const parseConfig = (text: string, path: string): LoadedConfig => read(text, path)

/**
 * A file that is the list of known failures alone.
 *
 * @throws SuiteError with a line for every broken entry
 */
export const parseKnownFailures = (text: string, path: string): LoadedConfig =>
  read(text, path, 'known-failures')

/** @param only the key whose value the file is, where it is not the whole configuration */
function read(text: string, path: string, only?: keyof Config): LoadedConfig {
  const shown = relative(process.cwd(), path)
  const name = shown.startsWith('..') ? path : shown || basename(path)
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter })
  const line = (offset: number) => `${name}:${lineCounter.linePos(offset).line}`
  const broken = (problems: string[]) => new SuiteError([...new Set(problems)].join('\n'))
  if (document.errors.length > 0) {
    throw broken(document.errors.map((error) => `${line(error.pos[0])}: ${error.message.split('\n')[0]}`))
  }
  const at = (whole: readonly (string | number)[]): string => {
    const keys = only === undefined ? whole : whole.slice(1)
    const parent = keys.length > 1 ? document.getIn(keys.slice(0, -1), true) : document.contents
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === keys.at(-1))
      : undefined
    // A key stands where its name does, not where its value begins.
    const node = (isPair(pair) ? pair.key : document.getIn(keys, true)) as Node | undefined
    if (node?.range) return line(node.range[0])
    return keys.length > 0 ? at(whole.slice(0, -1)) : line(0)
  }
  const content = document.toJS() ?? undefined
  const config = (
    only === undefined ? (content ?? {}) : content === undefined ? {} : { [only]: content }
  ) as Config
  validate ??= new Ajv2020({ allErrors: true, verbose: true }).compile(configSchema())
  if (!validate(config)) {
    const errors = (validate.errors ?? []).filter(({ schemaPath }) => !/\/anyOf\/\d/.test(schemaPath))
    throw broken(errors.map((error) => explain(error, at)))
  }
  const dates = (config['known-failures'] ?? []).flatMap(({ expires }, index) =>
    expires !== undefined && Number.isNaN(Date.parse(expires))
      ? `${at(['known-failures', index, 'expires'])}: expires is no day: ${expires}`
      : [],
  )
  if (dates.length > 0) throw broken(dates)
  return { config, path, at }
}

function explain(error: ErrorObject, at: LoadedConfig['at']): string {
  const { instancePath, keyword, params, data, parentSchema } = error
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')))
  const name = path.filter((part) => typeof part === 'string').join('.') || 'the configuration'
  const place = at(path)
  switch (keyword) {
    case 'additionalProperties': {
      const key = String(params.additionalProperty)
      const known = Object.keys((parentSchema as { properties: object }).properties)
      const hint = didYouMean(key, known) || `; known: ${known.join(', ')}`
      return `${at([...path, key])}: ${path.length > 0 ? `${name} has` : 'there is'} no key ${key}${hint}`
    }
    case 'required':
      return `${place}: an entry of ${name} needs ${params.missingProperty}`
    case 'anyOf':
      return `${place}: an entry of ${name} needs the id of a statement, or a message`
    case 'enum': {
      const allowed = params.allowedValues as string[]
      const hint = didYouMean(String(data), allowed) || `; known: ${allowed.join(', ')}`
      return `${place}: ${name} knows no ${data}${hint}`
    }
    case 'pattern':
      return `${place}: ${name} is ${described(data)}, not ${wanted(name)}`
    case 'type':
      return `${place}: ${typeof path.at(-1) === 'number' ? `an entry of ${name}` : name} is ${described(data)}, not ${article(String(params.type))}`
    default:
      return `${place}: ${name} ${error.message}`
  }
}

function wanted(name: string): string {
  if (name.startsWith('headers')) return 'the name of an environment variable'
  return name.endsWith('expires') ? 'a day such as 2026-12-31' : 'a version such as 0.24.0'
}

const NAMES: Record<string, string> = { array: 'a list', object: 'a map', string: 'a text' }
const article = (type: string) => NAMES[type] ?? `a ${type}`

function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === null || value === undefined) return 'empty'
  return typeof value === 'object' ? 'a map' : `${JSON.stringify(value)}`
}

/**
 * A configuration that relies on more: as it was, its comments too, with names added that it does not have yet.
 *
 * @param text the file as it is; empty for a new one
 */
export function withReliance(text: string, more: ReliesOn): string {
  const document = parseDocument(text)
  if (!isMap(document.contents)) document.contents = document.createNode({}) as never
  for (const [key, names] of Object.entries(more)) {
    const path = ['relies-on', key]
    const there = (document.toJS() as Config | null)?.['relies-on']?.[key as keyof ReliesOn] ?? []
    for (const name of names.filter((one: string) => !there.includes(one))) {
      if (document.hasIn(path)) document.addIn(path, name)
      else document.setIn(path, document.createNode([name]))
    }
  }
  return document.toString({ lineWidth: 0 })
}
