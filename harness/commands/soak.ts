import { Command, InvalidArgumentError, Option } from 'commander'
import { say } from '../base/errors.ts'
import { EXIT } from '../base/exit.ts'
import { SYSTEMS, type System } from '../base/systems.ts'

type Options = { runs: number; target?: string; busy?: true; shuffle?: number | true; system: System }

/** `soak`: whether the verdicts on a server are the same each time. */
export const soak = (): Command =>
  new Command('soak')
    .summary('repeat the suites, and tell every verdict that differed')
    .description(
      'Runs the suites on a server again and again, with 8, 2, 16 and 4 checks at once by turns, and shows each verdict that was another than in the first run, with the exchanges of both.',
    )
    .argument('[names...]', 'areas or statements; all when absent')
    .option('-n, --runs <number>', 'how often', number, 10)
    .option('--target <target>', 'as for run; OLLAMA_TARGET when absent')
    .option('--busy', 'keep every core busy with something else in each second run')
    .option('--shuffle [seed]', 'suites and checks in another order each time', number)
    .addOption(new Option('--system <system>', 'whose suites').choices([...SYSTEMS]).default('ollama'))
    .addHelpText('after', '\nExit code 1 when a verdict differed, or was red in the first run.')
    .action(async (names: string[], { runs, target, busy, shuffle, system }: Options) => {
      const [
        { soak },
        { stopRuns },
        { onInterrupt },
        { TARGET_VARIABLE },
        { restoreExchange },
        { evidence },
      ] = await Promise.all([
        import('../proof/soak.ts'),
        import('../gate/sides.ts'),
        import('../run/interrupt.ts'),
        import('../targets/spec.ts'),
        import('../recording/recording.ts'),
        import('../wire/exchange.ts'),
      ])
      const forget = onInterrupt(stopRuns)
      const seed = shuffle === true ? Date.now() % 2 ** 31 : shuffle
      const differing = await soak(
        system,
        target ?? process.env[TARGET_VARIABLE[system]] ?? 'replay',
        names,
        { runs, busy: busy === true, seed },
        say,
        ({ run, first, now }) => {
          const shown = (one: typeof now) =>
            `  ${one.status}: ${one.message || 'as expected'}\n${one.evidence.map((stored) => evidence(restoreExchange(stored)).replaceAll(/^/gm, '    ')).join('\n\n')}`
          say(`${now.id} in run ${run}`)
          console.log(shown(now))
          if (first !== now) console.log(`  in the first run\n${shown(first)}`)
        },
      )
      forget()
      say(differing === 0 ? 'no verdict differed' : `${differing} verdicts differed or are red`)
      if (differing > 0) process.exitCode = EXIT.fails
    })

function number(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It is a whole number from 1 on.')
  return value
}
