import { copyFileSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { SuiteError } from '../base/errors.ts'

/** `init`: a commented configuration to start from. */
export const init = (): Command =>
  new Command('init')
    .summary('write a commented ollama-conformance.yaml')
    .description('Writes a commented configuration to start from.')
    .option('--config <file>', 'where to write it', 'ollama-conformance.yaml')
    .option('--force', 'write over a file that is there')
    .action(async ({ config, force }: { config: string; force?: true }) => {
      if (existsSync(config) && !force) {
        throw new SuiteError(`${config} is there already; write over it with --force`)
      }
      if (!existsSync(dirname(config)))
        throw new SuiteError(`no such folder: ${dirname(config)}; make it first`)
      copyFileSync(join(import.meta.dirname, '..', 'config', 'sample.yaml'), config)
      console.log(`wrote ${config}; every key in it is explained and commented out`)
    })
