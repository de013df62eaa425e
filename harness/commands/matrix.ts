import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { SuiteError } from '../base/errors.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { jsonOption, REPORTS } from './options.ts'

type Options = { json?: true }

/** `matrix`: every statement against every version. */
export const matrix = (): Command =>
  new Command('matrix')
    .summary('every statement against every version, on one page')
    .description(
      'Writes matrix.html into the folder of the reports: what the ledger says of every version that was recorded, and what the runs in that folder found. Needs no run.',
    )
    .argument('[folder]', 'where the reports are', REPORTS)
    .addOption(jsonOption('what the page shows'))
    .action(async (folder: string, { json }: Options) => {
      if (folder !== REPORTS && !existsSync(folder)) {
        throw new SuiteError(`there is no folder ${folder}; give the one that holds the reports`)
      }
      const [{ reportsIn, writeMatrix }, { matrixData }] = await Promise.all([
        import('../report/pages.ts'),
        import('../report/matrix.ts'),
      ])
      const ledger = await compiledLedger()
      if (!json) console.log(writeMatrix(resolve(folder), ledger))
      else
        console.log(JSON.stringify(matrixData(ledger, existsSync(folder) ? reportsIn(folder) : []), null, 1))
    })
