import type { Ledger } from '../ledger/ledger.ts'
import { describeProblem } from '../schema/validate.ts'
import { isRed, type MessageResult, type Results } from './results.ts'

const escapeXml = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    // Control characters are not allowed in XML 1.0, escaped or not.
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')

/**
 * JUnit XML from the results. Vitest's own reporter knows neither our statuses nor, before the run, the path that
 * the version gives.
 */
export function junit(
  { target, startedAt, durationMs, totals, statements, messages }: Results,
  ledger: Ledger,
): string {
  const cases = statements.map((one) => {
    const row = ledger.get(one.id)
    // The file without the line: those who read it look the file up.
    const file = row ? ` file="${escapeXml(row.place.replace(/:\d+$/, ''))}"` : ''
    const endpoints = (row?.about.endpoints ?? []).map(
      (endpoint) => `<property name="endpoint" value="${escapeXml(endpoint)}"/>`,
    )
    const properties = endpoints.length > 0 ? `<properties>${endpoints.join('')}</properties>` : ''
    const head = `  <testcase classname="${escapeXml(`${target.system}.${areaOf(one.id, target.system)}`)}" name="${escapeXml(one.id)}"${file} time="${one.durationMs / 1000}">${properties}`
    const detail = escapeXml(
      `${one.message}\nexpected ${JSON.stringify(one.expected)}\nobserved ${JSON.stringify(one.observed)}`,
    )
    switch (one.status) {
      case 'pass':
        return `${head}</testcase>`
      case 'fail':
        return `${head}<failure message="${escapeXml(one.message)}">${detail}</failure></testcase>`
      case 'error':
        return `${head}<error message="${escapeXml(one.message)}">${detail}</error></testcase>`
      default:
        return `${head}<skipped message="${escapeXml(`${one.status}: ${one.message}`)}"/></testcase>`
    }
  })
  const red = messages.filter((message) => isRed(message, target))
  const quiet = messages.filter(({ status }) => status === 'known-fail' || status === 'added').length
  const skipped = totals['known-fail'] + totals['not-applicable']
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escapeXml(`${target.system} ${target.version} (${target.kind})`)}" timestamp="${startedAt}" time="${durationMs / 1000}" tests="${statements.length + messages.length}" failures="${totals.fail + red.length}" errors="${totals.error}" skipped="${skipped + quiet - red.filter(({ status }) => status === 'added').length}">`,
    ...cases,
    ...messages.map((message) => messageCase(message, target)),
    '</testsuite>',
  ].join('\n')}\n`
}

/** `llama-server.chat.stream` is of the area chat, `chat.stream` too. */
const areaOf = (id: string, system: string) => id.replace(`${system}.`, '').split('.')[0]

function messageCase(message: MessageResult, target: Results['target']): string {
  const { id, status, known, problems } = message
  const head = `  <testcase classname="${target.system}.messages" name="${escapeXml(id)}" time="0"`
  const detail = escapeXml(
    problems
      .map(({ count, statements, ...problem }) =>
        [
          describeProblem({ message: id, ...problem }),
          `in ${count} exchanges of ${statements.length} statements: ${statements.slice(0, 5).join(', ')}`,
        ].join('\n'),
      )
      .join('\n'),
  )
  if (status === 'pass') return `${head}/>`
  if (isRed(message, target)) return `${head}><failure message="${status}">${detail}</failure></testcase>`
  return `${head}><skipped message="${escapeXml(`${status}: ${known ?? 'a notice'}`)}"/></testcase>`
}
