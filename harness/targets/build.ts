import { SuiteError } from '../base/errors.ts'

const VARIABLE = 'LLAMA_SERVER_BUILD'

/** Whether a version of llama-server says which build it is: packagers' builds often call themselves b0 or b1. */
export const namesBuild = (version: string): boolean => /^b\d{3,}$/.test(version)

/**
 * The version of a llama-server: the build that it names itself, else the one that the user says it is, else what it
 * calls itself. Nothing else tells: `--version` and the fingerprint in answers repeat the same words.
 *
 * @param info `build_info` of `/props`, such as `b11434-5c0ab1d`
 * @returns undefined when that is no answer of llama-server
 * @throws SuiteError when what the user says is no build, or not what the server says
 */
export function buildVersion(info: unknown, said = process.env[VARIABLE]): string | undefined {
  const own = typeof info === 'string' ? info.match(/^b\d+/)?.[0] : undefined
  if (!own || !said) return own
  if (!namesBuild(said)) throw new SuiteError(`${VARIABLE}=${said} is no build; one is b11434`)
  if (namesBuild(own) && own !== said) {
    throw new SuiteError(`${VARIABLE}=${said}, but the server calls itself ${own}; unset it`)
  }
  return said
}

/** What to say about a server that names no build. */
export const buildHint = (version: string): string =>
  `${version} names no build, so it is held to the newest expectations; say which it is: ${VARIABLE}=b11434`
