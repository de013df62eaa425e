import type { Results } from './reporter.ts'

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
export function junit({ target, startedAt, durationMs, totals, statements }: Results): string {
  const cases = statements.map((one) => {
    const head = `  <testcase classname="${escapeXml(`${target.system}.${one.id.split('.')[0]}`)}" name="${escapeXml(one.id)}" time="${one.durationMs / 1000}"`
    const detail = escapeXml(
      `${one.message}\nexpected ${JSON.stringify(one.expected)}\nobserved ${JSON.stringify(one.observed)}`,
    )
    switch (one.status) {
      case 'pass':
        return `${head}/>`
      case 'fail':
        return `${head}><failure message="${escapeXml(one.message)}">${detail}</failure></testcase>`
      case 'error':
        return `${head}><error message="${escapeXml(one.message)}">${detail}</error></testcase>`
      default:
        return `${head}><skipped message="${escapeXml(`${one.status}: ${one.message}`)}"/></testcase>`
    }
  })
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="${escapeXml(`${target.system} ${target.version} (${target.kind})`)}" timestamp="${startedAt}" time="${durationMs / 1000}" tests="${statements.length}" failures="${totals.fail}" errors="${totals.error}" skipped="${totals['known-fail'] + totals['not-applicable']}">`,
    ...cases,
    '</testsuite>',
  ].join('\n')}\n`
}
