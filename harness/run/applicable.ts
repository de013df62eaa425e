import { type ModelName, PREFIX } from '../../fixtures/instruments/models.ts'
import { describeRange } from '../base/versions.ts'
import { applies, type Statement } from '../ledger/ledger.ts'
import { operationOf, operationsAt, profileOf } from '../schema/routes.ts'
import { inHome } from '../targets/target.ts'
import { type Exchange, type Request, textOf } from '../wire/exchange.ts'
import { notStopped } from './manners.ts'
import { changesServer, isNowhere } from './served.ts'
import type { Session } from './session.ts'

/** Thrown where a check comes upon something that its server does not have; the statement is not about that server. */
export class NotApplicable extends Error {
  override name = 'NotApplicable'
}

/** Thrown where that is something which the server claims to have. */
export class NotServed extends Error {
  override name = 'NotServed'
}

/** Why a statement is not about a target; undefined when it is. */
export function notApplicable(statement: Statement, session: Session): string | undefined {
  const { version, kind, launches, registry, asked, supply, manners, beside } = session
  if (!applies(statement, version)) {
    return `holds for ${describeRange(statement)}, the target is ${version}`
  }
  const settings = statement.needs?.launch
  if (settings && !launches) {
    return `needs a server started with ${JSON.stringify(settings)}, and the suite did not start this one`
  }
  if (statement.needs?.own && !launches) {
    return "touches more than the suite's own models, and the suite did not start this server"
  }
  if (settings?.OLLAMA_HOST && kind === 'container') {
    return `needs a server that listens on ${settings.OLLAMA_HOST}, which nobody outside its container could reach`
  }
  if (settings && kind === 'container' && Object.keys(settings).some(inHome)) {
    return 'needs files in the home of its server, which one in a container has to itself'
  }
  if (statement.needs?.registry && !registry && kind !== 'replay') {
    return "needs a server that reaches the suite's registry, on the loopback interface of this machine"
  }
  if (
    statement.needs?.registry === 'https' &&
    kind !== 'replay' &&
    /^(darwin|win32)$/.test(process.platform)
  ) {
    return 'needs a server that believes SSL_CERT_FILE, which one on macOS or Windows does not'
  }
  if (statement.needs?.abort && manners && manners.stopsWhenLeft === undefined) {
    return 'leaves an endless generation, and it could not be seen whether the server ends one'
  }
  if (statement.needs?.beside && beside !== undefined && beside < statement.needs.beside) {
    return `needs ${statement.needs.beside} models loaded beside each other, and the server keeps ${beside}`
  }
  const { profiles } = asked
  const own = profilesOf(statement, session)
  if (profiles.length > 0 && own.length > 0 && !own.some((one) => profiles.includes(one))) {
    return `is about ${own.join(', ')}, and the run about ${profiles.join(', ')}`
  }
  if (supply?.way === 'own' && !statement.portable && !asked.everyStatement) {
    return 'depends on what the model says'
  }
  return undefined
}

const profilesOf = ({ about }: Statement, { system }: Session) =>
  about.endpoints.flatMap((endpoint) => profileOf(system, endpoint).profile ?? [])

/**
 * Looks at each request of a check before it is sent to a server of somebody else.
 *
 * @throws NotApplicable for a route that is not served, a model that is not there, and a change where none is allowed
 */
export function guard(session: Session): (request: Request) => void {
  const { served, supply, asked, system, version } = session
  if (!served) return () => {}
  const lacking = new Map(Object.entries(supply?.absent ?? {}).map(([name, why]) => [name as ModelName, why]))
  const borrowed = supply?.way === 'own' || asked.readOnly
  return (request) => {
    const { method, path, to } = request
    if (to !== undefined) return
    const operation = operationOf(system, version, method, path)
    // A wrong method is asked of a path that is there.
    const meant = operation === undefined ? operationsAt(system, version, path) : [operation]
    if (meant.length > 0 && meant.every((one) => served.absent.includes(one)))
      throw absence(meant[0] as string, session)
    if (asked.readOnly && operation && changesServer(operation)) {
      throw new NotApplicable(`${operation} changes what the server has, which is only read`)
    }
    const text = textOf(request)
    if (borrowed && /"keep_alive"\s*:/.test(text)) {
      throw new NotApplicable(
        "sends keep_alive, and so changes how long a model stays that is not the suite's",
      )
    }
    for (const [, name] of text.matchAll(MODEL)) {
      const why = lacking.get(name as ModelName)
      if (why !== undefined) throw new NotApplicable(`${PREFIX}${name} is not there: ${why}`)
    }
  }
}

const MODEL = new RegExp(`\\b${PREFIX}([\\w-]+)`, 'g')

/**
 * Looks at the answers of a check: a route that was never asked before may prove absent now.
 *
 * @throws NotApplicable for a route that is not served
 */
export function lookForAbsence(exchanges: readonly Exchange[], session: Session): void {
  const { served, system, version } = session
  if (!served) return
  for (const exchange of exchanges) {
    const { request, wrong, to } = exchange
    const operation = operationOf(system, version, request.method, request.path)
    if (wrong || to !== undefined || operation === undefined || served.asked.includes(operation)) continue
    if (isNowhere(exchange, served.nowhere)) throw absence(operation, session)
  }
}

/** Why a statement fails on a server that would never recover from its check. */
export function wouldHang({ needs }: Statement, { manners }: Session): string | undefined {
  const stops = manners?.stopsWhenLeft
  if (!needs?.abort || stops?.[needs.abort] !== false) return undefined
  return `${notStopped(stops)}, as was seen before the checks`
}

/** What becomes of a statement about a route that is not served: of a declared profile that is a failure. */
function absence(operation: string, { system, asked }: Session): Error {
  const { profile, essential } = profileOf(system, operation)
  const claimed = profile !== undefined && essential && asked.profiles.includes(profile)
  return claimed
    ? new NotServed(`${operation} is not served, and the profile ${profile} is declared`)
    : new NotApplicable(`not served: ${operation}`)
}

/** Why a statement is not looked at on a server that has none of its routes. */
export function notServed({ about }: Statement, session: Session): Error | undefined {
  const { served, system, version } = session
  if (!served) return undefined
  const known = about.endpoints.filter((one) => operationOf(system, version, ...halves(one)) !== undefined)
  if (known.length === 0 || !known.every((one) => served.absent.includes(one))) return undefined
  return absence(known[0] as string, session)
}

const halves = (operation: string): [method: string, path: string] => {
  const [method = '', path = ''] = operation.split(' ')
  return [method, path]
}
