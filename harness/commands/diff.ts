import { Command, Option } from 'commander'
import { say } from '../base/errors.ts'
import { EXIT } from '../base/exit.ts'
import { SYSTEMS, type System } from '../base/systems.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import type { Results } from '../report/results.ts'

type Options = { only?: string[]; system: System; config?: string; json?: true; markdown?: true }

/** `diff A B`: the same as `changes`, but measured on both sides. */
export const diff = (): Command =>
  new Command('diff')
    .summary('the same, measured on two servers, replays or stored results')
    .description(
      'Runs the suites on both sides and tells what they observed differently, with the exchanges. A side is a target (container:0.24.0, binary:<path>, http://<host>:<port>, replay:0.24.0) or stored results (a results.json, its folder, or its name under reports/).',
    )
    .argument('<from>', 'the side that you have')
    .argument('<to>', 'the side that you would have')
    .option('--only <names...>', 'areas or statements to run: chat options.*')
    .addOption(new Option('--system <system>', 'whose suites').choices([...SYSTEMS]).default('ollama'))
    .option(
      '--config <file>',
      'where it says what you rely on (default: ollama-conformance.yaml, if it is there)',
    )
    .option('--json', 'everything, with whole exchanges, for programs')
    .option('--markdown', 'for a comment on a pull request or the summary of a job')
    .addHelpText(
      'after',
      '\nExit code 1 when something can break what you rely on; without a configuration, when something can break a client.',
    )
    .action(async (from: string, to: string, { only = [], system, config, json, markdown }: Options) => {
      const [
        sides,
        { difference, shownEvidence, asCurl },
        { relianceOf },
        show,
        { endpointsOf },
        { loadConfig },
        { readResults },
        interrupt,
      ] = await Promise.all([
        import('../gate/sides.ts'),
        import('../gate/diff.ts'),
        import('../gate/relies.ts'),
        import('../gate/show.ts'),
        import('../gate/surface.ts'),
        import('../config/config.ts'),
        import('../report/stored.ts'),
        import('../run/interrupt.ts'),
      ])
      const [a, b] = [sides.sideOf(from, system), sides.sideOf(to, system)]
      const ledger = await compiledLedger()
      // What is wrong with the configuration should not be told after minutes.
      const reliance = relianceOf(loadConfig(config), ledger)
      const forget = interrupt.onInterrupt(async () => sides.stopRuns())
      const resultsOf = (side: typeof a): Promise<Results> | Results =>
        side.kind === 'stored'
          ? readResults(side.file)
          : sides.measure(system, side.name, only, (line) => say(`${side.name}: ${line}`))
      const replays = [a, b].every(({ name }) => name.startsWith('replay'))
      // Two live servers at once would disturb each other: some checks look at the clock.
      const first = resultsOf(a)
      const [was, is] = replays ? await Promise.all([first, resultsOf(b)]) : [await first, await resultsOf(b)]
      forget()
      const found = difference(ledger, was, is)
      const compared = new Set([...was.statements, ...is.statements].map(({ id }) => id)).size
      const basis = `Measured: ${described(from, was)}, and ${described(to, is)}; ${compared} statements, of which ${found.incomparable.length} could not be compared.`
      const result = show.sorted(found, reliance, basis, 'no difference was seen')
      const order = endpointsOf(system)
      if (json) {
        const { changes, ...rest } = show.asJson(result)
        const output = {
          ...rest,
          changes: changes.map((change) => {
            const both = change.kind === 'statement' ? found.evidence.get(change.id) : undefined
            const told = (exchanges: Parameters<typeof asCurl>[0][]) =>
              exchanges.map((exchange) => ({ shown: asCurl(exchange), ...exchange }))
            return both ? { ...change, evidence: { was: told(both.was), is: told(both.is) } } : change
          }),
          incomparable: found.incomparable,
        }
        console.log(JSON.stringify(output, null, 1))
      } else if (markdown) console.log(show.asMarkdown(result, order))
      else {
        console.log(
          show.asText(result, order, ({ id }, width) => shownEvidence(found.evidence.get(id), width)),
        )
        const reasons = new Map<string, string[]>()
        for (const { id, why } of found.incomparable) reasons.set(why, [...(reasons.get(why) ?? []), id])
        if (reasons.size > 0) console.log('\nNot compared')
        for (const [why, ids] of reasons) console.log(`  ${ids.length}: ${why} (${shortened(ids)})`)
      }
      process.exitCode = show.speaksAgainst(result) ? EXIT.fails : EXIT.fine
    })

const described = (name: string, { target }: Results) =>
  `${name} (${target.system} ${target.version}, ${target.kind})`

const shortened = (ids: string[]) =>
  ids.length > 3 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more` : ids.join(', ')
