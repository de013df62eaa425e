import { SuiteError } from '../base/errors.ts'
import { compareVersions } from '../base/versions.ts'
import { buildVersion } from '../targets/build.ts'
import type { Target } from '../targets/target.ts'
import { Client } from '../wire/client.ts'

const OLDEST = '0.5.7'

/**
 * Starts the server of a target that every worker may use, and asks it who it is.
 *
 * @throws SuiteError when nobody answers, or somebody else
 */
export async function firstServer(target: Target): Promise<{ url: string; version: string }> {
  const url = await target.start({}, '1')
  if (target.version) return { url, version: target.version }
  const [path, read] =
    target.system === 'ollama'
      ? ['/api/version', (answer: unknown) => (answer as { version?: unknown }).version]
      : ['/props', (answer: unknown) => (answer as { build_info?: unknown }).build_info]
  const client = new Client({ url, name: 'version' })
  const exchange = await client.send({ method: 'GET', path })
  if (exchange.end === 'refused') {
    throw new SuiteError(
      `no server answers at ${url} (${exchange.problem}); start it, or choose another target`,
    )
  }
  let version: unknown
  try {
    version = read(exchange.json)
  } catch {
    version = undefined
  }
  if (target.system === 'llama-server') version = buildVersion(version)
  if (typeof version !== 'string') {
    throw new SuiteError(
      `what answers at ${url} is not ${target.system}: GET ${path} gave ${exchange.status} ${exchange.text.slice(0, 80)}; choose another target`,
    )
  }
  if (target.system === 'ollama' && compareVersions(version, OLDEST) < 0) {
    throw new SuiteError(`${url} is Ollama ${version}; versions from ${OLDEST} on are covered`)
  }
  return { url, version }
}
