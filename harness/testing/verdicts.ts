import type { Results, StatementResult } from '../report/results.ts'

/** What is not looked at where the suite did not start the server. */
const NEEDS_LAUNCH = /the suite did not start this (one|server)$/

/**
 * The statements of which two runs on the same server say something else, and how many say the same. Those that need a
 * server which the suite starts are left aside.
 */
export function differentVerdicts(
  was: Results,
  is: Results,
): { same: number; aside: number; different: string[] } {
  const after = new Map(is.statements.map((one) => [one.id, one]))
  const different: string[] = []
  let [same, aside] = [0, 0]
  for (const before of was.statements) {
    const now = after.get(before.id)
    after.delete(before.id)
    if (now?.status === 'not-applicable' && NEEDS_LAUNCH.test(now.message)) aside += 1
    else if (told(before) === told(now)) same += 1
    else different.push(`${before.id}: ${told(before)} became ${told(now)}`)
  }
  for (const now of after.values()) different.push(`${now.id}: ${told(undefined)} became ${told(now)}`)
  for (const message of is.messages)
    if (message.status !== 'pass') different.push(`message ${message.id}: ${message.status}`)
  return { same, aside, different }
}

function told(result: StatementResult | undefined): string {
  if (!result) return 'nothing'
  const { status, message } = result
  return status === 'pass' ? status : `${status} (${message.split('\n')[0]})`
}
