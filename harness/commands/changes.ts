import { existsSync } from 'node:fs'
import { Command } from 'commander'
import { CONFIG_FILE } from '../base/paths.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { allOption, EXIT_OF_CHANGES, configOption, jsonOption, markdownOption } from './options.ts'

type Options = { config?: string; all?: true; json?: true; markdown?: true }

/** `changes A B`: what is different for a client, from the ledger and the schemas, without a server. */
export const changes = (): Command =>
  new Command('changes')
    .summary('what changes for a client between two versions, without a server')
    .description(
      'Tells what changes for a client between two versions: statements of the ledger that have another value, came or went, and routes, fields, events and values of the schemas. Needs no server.',
    )
    .argument('<from>', 'the version that you have: 0.24.0')
    .argument('<to>', 'the version that you would have: 0.32.15; an older one is a way back')
    .addOption(configOption())
    .addOption(allOption())
    .addOption(jsonOption('everything'))
    .addOption(markdownOption())
    .addHelpText('after', EXIT_OF_CHANGES)
    .action(async (from: string, to: string, { config, all, json, markdown }: Options) => {
      const [{ fromLedger }, { relianceOf }, show, loaded] = await Promise.all([
        import('../gate/from-ledger.ts'),
        import('../gate/relies.ts'),
        import('../gate/show.ts'),
        configured(config),
      ])
      const ledger = await compiledLedger()
      const result = fromLedger(ledger, relianceOf(loaded, ledger), from, to)
      if (json) console.log(JSON.stringify(show.asJson(result), null, 1))
      else console.log(markdown ? show.asMarkdown(result) : show.asText(result, { all }))
      process.exitCode = show.exitOf(result)
    })

/** What reads a configuration takes a while to load, and most folders have none. */
async function configured(named: string | undefined) {
  if (named === undefined && !existsSync(CONFIG_FILE)) return undefined
  const { loadConfig } = await import('../config/config.ts')
  return loadConfig(named)
}
