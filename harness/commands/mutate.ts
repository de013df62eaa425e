import { Argument, Command } from 'commander'
import { SuiteError, say } from '../base/errors.ts'
import { EXIT } from '../base/exit.ts'
import { requireCheckout } from '../base/paths.ts'
import { SYSTEMS } from '../base/systems.ts'
import type { Tried } from '../proof/tried.ts'
import { jsonOption } from './options.ts'

/** The least share of changed messages, in percent, that the schemas must reject. */
const LEAST = 95

/** How many survivors are listed. */
const LISTED = 40

type Options = { recordings?: string[]; sample?: string; all?: true; json?: true }

/** `mutate`: whether anything notices what is wrong with an answer. */
export const mutate = (): Command =>
  new Command('mutate')
    .summary('change what was recorded, and count what is noticed')
    .description(
      'messages: changes every recorded message, and counts what the schemas reject. exchanges: changes every recorded answer as servers go wrong, and counts what the checks notice.',
    )
    .addArgument(new Argument('[what]', 'both when absent').choices(['messages', 'exchanges']))
    .option('--recordings <versions...>', 'of exchanges: which (default: the newest and the oldest)')
    .option('--sample <number>', 'of exchanges: those of one request in so many, the same ones every time')
    .option('--all', 'list every survivor, and not only the largest groups')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `\nExit code 1 when the schemas of a system reject less than ${LEAST} % of the messages, or the checks less than 97 % of the exchanges, or a survivor has no reason.`,
    )
    .action(async (what: string | undefined, options: Options) => {
      if (what !== 'messages') requireCheckout('mutate exchanges')
      const found = {
        ...(what === 'exchanges' ? {} : { messages: await messages(options) }),
        ...(what === 'messages' ? {} : { exchanges: await exchanges(options) }),
      }
      if (options.json) console.log(JSON.stringify(found, null, 1))
    })

async function messages({ json }: Options) {
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
  if (!json) for (const one of found) console.log(table(one))
  if (!found.every(({ rejected, survived }) => percent(rejected, survived) >= LEAST)) {
    say(`the schemas reject less than ${LEAST} % of the mutants; the survivors are listed above`)
    process.exitCode = EXIT.fails
  }
  return found
}

/** Percent of the mutants that are not allowed on purpose. */
const percent = (rejected: number, survived: number) => (100 * rejected) / (rejected + survived)

type Found = {
  system: string
  rejected: number
  survived: number
  allowed: number
  scores: { schema: string; rejected: number; allowed: number; survivors: string[] }[]
}

function table({ system, rejected, survived, allowed, scores }: Found): string {
  const lines = scores.flatMap((score) => {
    const share = percent(score.rejected, score.survivors.length).toFixed(1)
    const figures = [score.rejected, score.survivors.length, share, score.allowed].map((figure, index) =>
      String(figure).padStart(index === 2 ? 8 : 9),
    )
    const survivors = [...new Set(score.survivors)].map((survivor) => `${' '.repeat(41)}  ${survivor}`)
    return [`${figures.join(' ')}   ${score.schema}`, ...survivors]
  })
  const share = percent(rejected, survived).toFixed(2)
  return [
    `${system}: mutants of recorded messages, by schema`,
    '  rejected  survived   share  allowed   schema',
    ...lines,
    `${system}: ${share} % of ${rejected + survived} mutants rejected; ${allowed} more are allowed on purpose\n`,
  ].join('\n')
}

async function exchanges({ recordings, sample, all, json }: Options): Promise<Tried[]> {
  const oneOf = sample === undefined ? 1 : Number(sample)
  if (!Number.isInteger(oneOf) || oneOf < 1)
    throw new SuiteError('--sample wants a whole number: 50 takes one request in fifty')
  const [{ recordedVersions }, { LEAST, shareOf, tryChanges }, { kindOf }] = await Promise.all([
    import('../recording/recording.ts'),
    import('../proof/tried.ts'),
    import('../proof/bites.ts'),
  ])
  const recorded = recordedVersions('ollama')
  const versions = recordings ?? [...new Set([recorded.at(-1) as string, recorded[0] as string])]
  const found: Tried[] = []
  for (const one of versions) {
    const tried = await tryChanges('ollama', one, oneOf)
    found.push(tried)
    const { noticed, survivors, equivalent, problems, checks, seconds } = tried
    const red = shareOf(tried) < LEAST || survivors.length > 0 || problems.length > 0
    if (red) process.exitCode = EXIT.fails
    if (json) continue
    if (all)
      for (const one of survivors)
        console.log(
          `${one.statement} #${one.exchange + 1}: ${kindOf(one)}`,
          `(${one.place}: ${one.was} → ${one.now})`,
        )
    else {
      const groups = [...Map.groupBy(survivors, kindOf)].sort(([, a], [, b]) => b.length - a.length)
      for (const [kind, [first, ...more]] of groups.slice(0, LISTED))
        console.log(
          `${String(more.length + 1).padStart(6)} ${kind}   ${first?.statement} #${(first?.exchange ?? 0) + 1}: ${first?.was} → ${first?.now}`,
        )
      if (groups.length > LISTED) console.log(`       ${groups.length - LISTED} more groups: --all`)
    }
    for (const problem of problems) console.log(`problem: ${problem}`)
    const total = Object.values(noticed).reduce((a, b) => a + b, 0) + survivors.length
    console.log(
      `ollama ${one}: ${shareOf(tried).toFixed(2)} % of ${total} changed answers noticed (${noticed.schema} by schemas, ${noticed.rule} by rules of exchanges, ${noticed.check} by their check, ${noticed.other} by another); ${equivalent} more are equivalent; ${survivors.length} survive; ${checks} checks, ${seconds.toFixed(0)} s`,
    )
  }
  const stale = found[0]?.stale.filter((why) => found.every((one) => one.stale.includes(why))) ?? []
  if (recordings === undefined)
    for (const why of stale) {
      say(`harness/proof/equivalents.yaml: nothing survives any more for this reason, take it out: ${why}`)
      process.exitCode = EXIT.fails
    }
  return found
}
