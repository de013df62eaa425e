import { type JsonSchema, mapBelow, referenced, resolve, sourceOf } from '../schema/references.ts'
import { specialise } from '../schema/specialise.ts'

/** The schemas of messages under names, which refer to each other by `#/<where>/<name>`. */
export type Bundle = Record<string, JsonSchema>

/** What may stand beside a reference without changing what it allows. */
const ANNOTATION = /^(\$schema|title|description|x-.*)$/

/** The name of a schema file in a bundle: `generate/last.json` is GenerateLast, `common/options.json` is Options. */
export function bundleName(file: string): string {
  return file
    .replace(/^(ollama|llama-server)\/(common\/)?/, '')
    .replace(/\.json$/, '')
    .split(/[/-]/)
    .map(capitalised)
    .join('')
}

export const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

/**
 * Schema files and all that they refer to, for one version or, without one, for all at once.
 *
 * @param where where the bundle will stand, `components/schemas` or `$defs`
 */
export function bundle(files: string[], where: string, version?: string): Bundle {
  const result: Bundle = {}
  const reference = (file: string) => `#/${where}/${bundleName(file)}`
  const fileOf = new Map<unknown, string>()
  /** Keeps references to whole files, and puts the target in place of all others. */
  const link = (node: JsonSchema, file: string): JsonSchema => {
    const { $ref, ...rest } = node
    if (typeof $ref === 'string') {
      const target = referenced($ref, file)
      const plain = Object.keys(rest).every((keyword) => ANNOTATION.test(keyword))
      if (!plain || !target.id.endsWith('#')) return withoutFrame(resolve(node, file))
      fileOf.set(reference(target.file), target.file)
      return { ...rangeKeywords(target.schema), ...rest, $ref: reference(target.file) }
    }
    return mapBelow(rest, (below) => link(below, file))
  }
  const add = (file: string) => {
    const name = bundleName(file)
    if (name in result) return
    const linked = withoutFrame(link(sourceOf(file), file))
    const schema = version === undefined ? linked : specialise(linked, version, false)
    result[name] = schema
    for (const $ref of referencesIn(schema)) add(fileOf.get($ref) as string)
  }
  for (const file of files) add(file)
  return result
}

const withoutFrame = ({ $schema: _, $defs: __, ...schema }: JsonSchema): JsonSchema => schema

/** Its range, which decides whether the property that refers to it is there. */
const rangeKeywords = ({ 'x-since': since, 'x-until': until }: JsonSchema): JsonSchema => ({
  ...(since ? { 'x-since': since } : {}),
  ...(until ? { 'x-until': until } : {}),
})

function* referencesIn(node: unknown): Generator<unknown> {
  if (typeof node !== 'object' || node === null) return
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref') yield value
    else yield* referencesIn(value)
  }
}
