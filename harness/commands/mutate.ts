import { Command } from 'commander'
import { say } from '../base/errors.ts'
import { EXIT } from '../base/exit.ts'
import { SYSTEMS } from '../base/systems.ts'
import { jsonOption } from './options.ts'

/** The least share of mutants, in percent, that the schemas must reject. */
const LEAST = 95

/** Percent of the mutants that are not allowed on purpose. */
const shareOf = (rejected: number, survived: number) => (100 * rejected) / (rejected + survived)

/** `mutate`: whether the schemas notice what is wrong with a message. */
export const mutate = (): Command =>
  new Command('mutate')
    .summary('change recorded messages, and count what the schemas notice')
    .description(
      'Changes every recorded message in each way that mutants know, and counts how many of them the schemas reject.',
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `\nExit code 1 when the schemas of a system reject less than ${LEAST} % of the mutants.`,
    )
    .action(async ({ json }: { json?: true }) => {
      const [{ allRecordedMessages }, { mutationScores }] = await Promise.all([
        import('../proof/messages.ts'),
        import('../proof/score.ts'),
      ])
      const found = SYSTEMS.map((system) => {
        const scores = mutationScores(allRecordedMessages(system))
        const sum = (count: (score: (typeof scores)[number]) => number) =>
          scores.map(count).reduce((a, b) => a + b, 0)
        return {
          system,
          rejected: sum(({ rejected }) => rejected),
          survived: sum(({ survivors }) => survivors.length),
          allowed: sum(({ allowed }) => allowed),
          scores,
        }
      })
      if (json) console.log(JSON.stringify(found, null, 1))
      else for (const one of found) console.log(table(one))
      if (found.every(({ rejected, survived }) => shareOf(rejected, survived) >= LEAST)) return
      say(`the schemas reject less than ${LEAST} % of the mutants; the survivors are listed above`)
      process.exitCode = EXIT.fails
    })

type Found = {
  system: string
  rejected: number
  survived: number
  allowed: number
  scores: { schema: string; rejected: number; allowed: number; survivors: string[] }[]
}

function table({ system, rejected, survived, allowed, scores }: Found): string {
  const lines = scores.flatMap((score) => {
    const share = shareOf(score.rejected, score.survivors.length).toFixed(1)
    const figures = [score.rejected, score.survivors.length, share, score.allowed].map((figure, index) =>
      String(figure).padStart(index === 2 ? 8 : 9),
    )
    const survivors = [...new Set(score.survivors)].map((survivor) => `${' '.repeat(41)}  ${survivor}`)
    return [`${figures.join(' ')}   ${score.schema}`, ...survivors]
  })
  const share = shareOf(rejected, survived).toFixed(2)
  return [
    `${system}: mutants of recorded messages, by schema`,
    '  rejected  survived   share  allowed   schema',
    ...lines,
    `${system}: ${share} % of ${rejected + survived} mutants rejected; ${allowed} more are allowed on purpose\n`,
  ].join('\n')
}
