import { SYSTEMS } from '../base/systems.ts'
import { allRecordedMessages } from '../proof/messages.ts'
import { mutationScores } from '../proof/score.ts'

/** The least share of mutants, in percent, that the schemas must reject. */
const LEAST = 95

/** Percent of the mutants that are not allowed on purpose. */
const shareOf = (rejected: number, survived: number) => (100 * rejected) / (rejected + survived)

let failed = false
for (const system of SYSTEMS) {
  const scores = mutationScores(allRecordedMessages(system))
  const sum = (count: (score: (typeof scores)[number]) => number) =>
    scores.map(count).reduce((a, b) => a + b, 0)
  const rejected = sum(({ rejected }) => rejected)
  const survived = sum(({ survivors }) => survivors.length)
  const allowed = sum(({ allowed }) => allowed)
  console.log(`${system}: mutants of recorded messages, by schema`)
  console.log('  rejected  survived   share  allowed   schema')
  for (const { schema, rejected, allowed, survivors } of scores) {
    const share = shareOf(rejected, survivors.length).toFixed(1)
    const figures = [rejected, survivors.length, share, allowed].map((figure, index) =>
      String(figure).padStart(index === 2 ? 8 : 9),
    )
    console.log(`${figures.join(' ')}   ${schema}`)
    for (const survivor of new Set(survivors)) console.log(`${' '.repeat(41)}  ${survivor}`)
  }
  const share = shareOf(rejected, survived)
  console.log(
    `${system}: ${share.toFixed(2)} % of ${rejected + survived} mutants rejected; ${allowed} more are allowed on purpose\n`,
  )
  failed ||= !(share >= LEAST)
}
if (failed) {
  console.error(`the schemas reject less than ${LEAST} % of the mutants; the survivors are listed above`)
  process.exitCode = 1
}
