import { resolve } from 'node:path'
import { Command } from 'commander'
import { compiledLedger } from '../ledger/compiled.ts'
import { configOption, jsonOption, reportsOption } from './options.ts'

type Options = { config?: string; reports: string; json?: true }

/** `report`: the page of a run, again. */
export const report = (): Command =>
  new Command('report')
    .summary('the page of a run')
    .description(
      'Writes index.html beside the results of a run: verdicts by endpoint, what changed, and every exchange. A run writes it too; this is for stored results, or for another configuration.',
    )
    .argument(
      '[results]',
      'a results.json, its folder, or a folder of such folders; all under reports/ when absent',
    )
    .addOption(reportsOption('where the results are'))
    .addOption(configOption())
    .addOption(jsonOption('what the page shows'))
    .action(async (where: string | undefined, { reports, config, json }: Options) => {
      process.env.CONFORMANCE_REPORTS = resolve(reports)
      const [{ storedResults }, { writeReport }, { reportData }, { reliedIds }, { loadConfig }] =
        await Promise.all([
          import('../report/stored.ts'),
          import('../report/pages.ts'),
          import('../report/html.ts'),
          import('../gate/relies.ts'),
          import('../config/config.ts'),
        ])
      const stored = storedResults(where)
      const ledger = await compiledLedger()
      const relied = reliedIds(loadConfig(config), ledger)
      if (json) {
        const pages = stored.map(({ file, results }) => ({
          file,
          ...reportData(results, ledger, new Set(relied)),
        }))
        console.log(JSON.stringify(pages, null, 1))
      } else for (const one of stored) console.log(writeReport(one, ledger, relied))
    })
