import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { annotationsOf, bumpJson, commentOf, NO_BUMP, type Step } from './bump-report.ts'

/** Writes the comment, and everything that was found, where somebody wants them. */
export function writeBump(
  steps: readonly Step[],
  { comment, reports }: { comment?: string; reports?: string },
) {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  if (comment !== undefined) write(comment, commentOf(steps))
  if (reports === undefined) return
  write(join(reports, 'bump.json'), `${JSON.stringify(bumpJson(steps), null, 1)}\n`)
  write(join(reports, 'bump.md'), commentOf(steps))
}

/** Tells a step of a GitHub workflow: annotations on standard output, the summary and the outputs in its files. */
export function writeForGitHub(steps: readonly Step[], exit: number): void {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: outputs } = process.env
  for (const line of annotationsOf(steps)) console.log(line)
  for (const { from, to } of steps) console.log(`${from} → ${to}`)
  if (steps.length === 0) console.log(NO_BUMP)
  if (summary) appendFileSync(summary, `${commentOf(steps)}\n`)
  if (!outputs) return
  const spans = JSON.stringify(steps.map(({ from, to }) => ({ from, to })))
  appendFileSync(outputs, `bumps=${spans}\nfound=${steps.length > 0}\nexit-code=${exit}\n`)
}
