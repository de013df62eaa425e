import { SuiteError } from '../base/errors.ts'
import { compareVersions } from '../base/versions.ts'
import { recordedVersions } from '../recording/recording.ts'
import { buildVersion } from '../targets/build.ts'
import type { Target } from '../targets/target.ts'
import type { Client } from '../wire/client.ts'
import type { Exchange } from '../wire/exchange.ts'
import { persist } from './persist.ts'

const OLDEST = '0.5.7'

/** Who answers: the version that it is held to, and what it says of itself where that is another. */
export type Identity = { version: string; says?: string | undefined }

/**
 * Asks a server who it is. A version alone does not make an Ollama, nor does its absence make something else: what a
 * server of somebody else serves shows later what it is.
 *
 * @param as the version that it is to be held to, where somebody said so
 * @throws SuiteError when nobody answers, or somebody else
 */
export async function identify(client: Client, target: Target, as?: string): Promise<Identity> {
  if (target.version) return { version: target.version }
  const path = target.system === 'ollama' ? '/api/version' : '/props'
  const exchange = await persist(client, { method: 'GET', path })
  if (exchange.end === 'refused') {
    throw new SuiteError(
      `no server answers at ${client.url} (${exchange.problem}); start it, or choose another target`,
    )
  }
  const said = saidBy(exchange, target.system === 'ollama' ? 'version' : 'build_info')
  const version = target.system === 'llama-server' ? buildVersion(said) : said
  if (target.system === 'ollama' && target.kind === 'url') return heldTo(version, as)
  if (typeof version !== 'string') {
    throw new SuiteError(
      `what answers at ${client.url} is not ${target.system}: GET ${path} gave ${exchange.status} ${exchange.text.slice(0, 80)}; choose another target`,
    )
  }
  if (as !== undefined) return { version: as, says: version }
  if (target.system === 'ollama' && compareVersions(version, OLDEST) < 0) {
    throw new SuiteError(`${client.url} is Ollama ${version}; versions from ${OLDEST} on are covered`)
  }
  return { version }
}

/** What an answer says as a field, or as a bare string. */
function saidBy(exchange: Exchange, field: string): unknown {
  if (exchange.status !== 200) return undefined
  try {
    const answer: unknown = exchange.json
    return typeof answer === 'string' ? answer : (answer as Record<string, unknown> | null)?.[field]
  } catch {
    return undefined
  }
}

/** What a server that calls itself something is held to: that, where it is a version of Ollama, else the newest known. */
function heldTo(said: unknown, as: string | undefined): Identity {
  const says = typeof said === 'string' ? said : undefined
  const known =
    says !== undefined && /^v?0\.\d+\.\d+(?:[-+][\w.+-]*)?$/.test(says) && compareVersions(says, OLDEST) >= 0
  const own = known ? says.replace(/^v/, '') : undefined
  const version = as ?? own ?? recordedVersions('ollama').at(-1) ?? 'newest'
  return version === says ? { version } : { version, says }
}
