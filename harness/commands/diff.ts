import { Command, Option } from 'commander'
import { say } from '../base/errors.ts'
import { SYSTEMS, type System } from '../base/systems.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import {
  allOption,
  EXIT_OF_CHANGES,
  configOption,
  jsonOption,
  markdownOption,
  onlyOption,
} from './options.ts'

type Options = { only?: string[]; system: System; config?: string; all?: true; json?: true; markdown?: true }

/** `diff A B`: the same as `changes`, but measured on both sides. */
export const diff = (): Command =>
  new Command('diff')
    .summary('the same, measured on two servers, replays or stored results')
    .description(
      'Runs the suites on both sides and tells what they observed differently, with the exchanges. A side is a target (container:0.24.0, binary:<path>, http(s)://<host>:<port>/<path>, replay:0.24.0) or stored results (a results.json, its folder, or its name under reports/).',
    )
    .argument('<from>', 'the side that you have')
    .argument('<to>', 'the side that you would have')
    .addOption(onlyOption('run'))
    .addOption(new Option('--system <system>', 'whose suites').choices([...SYSTEMS]).default('ollama'))
    .addOption(configOption())
    .addOption(allOption())
    .addOption(jsonOption('everything, with whole exchanges'))
    .addOption(markdownOption())
    .addHelpText('after', EXIT_OF_CHANGES)
    .action(async (from: string, to: string, { only = [], system, config, all, json, markdown }: Options) => {
      const [{ measured }, { sideOf }, { shownEvidence, asCurl }, { relianceOf }, show, { loadConfig }] =
        await Promise.all([
          import('../gate/measured.ts'),
          import('../gate/sides.ts'),
          import('../gate/diff.ts'),
          import('../gate/relies.ts'),
          import('../gate/show.ts'),
          import('../config/config.ts'),
        ])
      // What is wrong with a side or the configuration should not be told after minutes.
      for (const side of [from, to]) sideOf(side, system)
      const ledger = await compiledLedger()
      const reliance = relianceOf(loadConfig(config), ledger)
      const { result, found } = await measured(system, from, to, only, ledger, reliance, say)
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
      } else if (markdown) console.log(show.asMarkdown(result))
      else {
        console.log(
          show.asText(result, {
            all,
            detail: ({ id }, width) => shownEvidence(found.evidence.get(id), width),
          }),
        )
        const reasons = new Map<string, string[]>()
        for (const { id, why } of found.incomparable) reasons.set(why, [...(reasons.get(why) ?? []), id])
        if (reasons.size > 0) console.log('\nNot compared')
        for (const [why, ids] of reasons) console.log(`  ${ids.length}: ${why} (${shortened(ids)})`)
      }
      process.exitCode = show.exitOf(result)
    })

const shortened = (ids: string[]) =>
  ids.length > 3 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more` : ids.join(', ')
