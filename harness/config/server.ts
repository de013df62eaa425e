import { SuiteError } from '../base/errors.ts'
import { type Config, loadConfig, type Profile, PROFILES } from './config.ts'

/**
 * What is said about somebody's server beside its address: by the options of `run`, which reach every process and thread
 * as environment variables, or by the configuration that `CONFORMANCE_CONFIG` names. An option wins.
 */
export type ServerSettings = {
  /** The version of Ollama that it is held to. */
  as?: string | undefined
  /** Whether `as` stands in the configuration only, so that it is about the target of the configuration. */
  asConfigured: boolean
  /** The environment variable that holds the value, by header. The value itself is read when a request is sent. */
  headers: Record<string, string>
  /** Instruments that are there already, by their own name. */
  models: Record<string, string>
  /** Models of the server's own, which stand in for all instruments. */
  own: OwnModels | undefined
  /** Whether statements that are not known to hold for any model are run with the server's own all the same. */
  everyStatement: boolean
  profiles: Profile[]
  readOnly: boolean
  /** The most requests in a second. */
  rate?: number | undefined
  /** How long a check may take at least, ms. */
  patience?: number | undefined
}

/** Models of a server's own, by what they can do. */
export type OwnModels = {
  model: string
  embed?: string | undefined
  tool?: string | undefined
  thinking?: string | undefined
}

/** The variable of each option, by its key in the configuration. */
export const SERVER_VARIABLES = {
  as: 'CONFORMANCE_AS',
  headers: 'CONFORMANCE_HEADERS',
  model: 'CONFORMANCE_MODEL',
  'embed-model': 'CONFORMANCE_EMBED_MODEL',
  'tool-model': 'CONFORMANCE_TOOL_MODEL',
  'thinking-model': 'CONFORMANCE_THINKING_MODEL',
  profiles: 'CONFORMANCE_PROFILES',
  'read-only': 'CONFORMANCE_READ_ONLY',
  rate: 'CONFORMANCE_RATE',
  patience: 'CONFORMANCE_PATIENCE',
  'every-statement': 'CONFORMANCE_EVERY_STATEMENT',
} as const

/** @throws SuiteError when a variable says what cannot be */
export function serverSettings(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ServerSettings {
  const config: Config = (env.CONFORMANCE_CONFIG && loadConfig(env.CONFORMANCE_CONFIG)?.config) || {}
  const said = (key: keyof typeof SERVER_VARIABLES) => env[SERVER_VARIABLES[key]] || undefined
  const model = said('model') ?? config.model
  return {
    as: versionOf(said('as')) ?? config.as,
    asConfigured: !said('as'),
    headers: headersOf(said('headers')) ?? config.headers ?? {},
    models: config.models ?? {},
    own:
      model === undefined
        ? undefined
        : {
            model,
            embed: said('embed-model') ?? config['embed-model'],
            tool: said('tool-model') ?? config['tool-model'],
            thinking: said('thinking-model') ?? config['thinking-model'],
          },
    everyStatement: said('every-statement') !== undefined,
    profiles: profilesOf(said('profiles')) ?? config.profiles ?? [],
    readOnly: said('read-only') !== undefined || (config['read-only'] ?? false),
    rate: numberOf('rate', said('rate')) ?? config.rate,
    patience: milliseconds(numberOf('patience', said('patience')) ?? config.patience),
  }
}

function versionOf(text: string | undefined): string | undefined {
  if (text === undefined || /^\d+\.\d+\.\d+(-rc\d+)?$/.test(text)) return text
  throw new SuiteError(`as: ${text} is no version of Ollama; give one such as 0.32.15`)
}

/** `authorization=OLLAMA_TOKEN,x-team=TEAM` */
function headersOf(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name, variable] = pair.trim().match(/^([A-Za-z0-9-]+)=([A-Za-z_]\w*)$/) ?? []
      if (name === undefined || variable === undefined) {
        // It may be the secret itself, which belongs in no log.
        throw new SuiteError(
          'a header is given as <header>=<name of the environment variable that holds its value>, such as authorization=OLLAMA_AUTHORIZATION',
        )
      }
      return [name, variable]
    }),
  )
}

function profilesOf(text: string | undefined): Profile[] | undefined {
  return text?.split(',').map((name) => {
    const profile = PROFILES.find((one) => one === name.trim())
    if (profile) return profile
    throw new SuiteError(`there is no profile ${name.trim()}; there are ${PROFILES.join(', ')}`)
  })
}

function numberOf(key: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const number = Number(text)
  if (number > 0) return number
  throw new SuiteError(`${key}: ${text} is no number above 0; give one such as 5 or 0.5`)
}

const milliseconds = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000)

/**
 * The values of headers, which go onto the wire and nowhere else.
 *
 * @throws SuiteError when a variable is not set
 */
export function headerValues(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, variable]) => {
      const value = process.env[variable]
      if (value) return [name, value]
      throw new SuiteError(`the header ${name} is to have the value of ${variable}, which is not set`)
    }),
  )
}
