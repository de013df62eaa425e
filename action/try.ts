/**
 * Runs the steps of action.yml on this machine, without a runner:
 *
 *     node action/try.ts                                  the sample of fixtures/bump
 *     node action/try.ts path/to/repository base=main     a repository of yours, with inputs
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAction, sampleRepository } from '../harness/testing/action.ts'

const isInput = (text: string) => /^[\w-]+=/.test(text)
const given = process.argv.slice(2)
const inputs = given.filter(isInput).map((text) => text.split(/=(.*)/s).slice(0, 2))
const temp = mkdtempSync(join(tmpdir(), 'ollama-conformance-action-'))
try {
  let folder = given.find((text) => !isInput(text))
  if (folder === undefined) {
    folder = join(temp, 'sample')
    sampleRepository(folder)
  }
  // The comment is shown, not written: nobody is asked for a token.
  const { code, steps, comment } = runAction(folder, temp, {
    comment: 'false',
    ...Object.fromEntries(inputs),
  })
  for (const { name, output } of steps) console.log(`== ${name}\n${output}`)
  console.log(`== The comment\n${comment ?? 'none'}`)
  process.exitCode = code
} finally {
  rmSync(temp, { recursive: true, force: true })
}
