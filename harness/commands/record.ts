import { Command } from 'commander'
import { requireCheckout } from '../base/paths.ts'
import type { RunOptions } from '../gate/suites.ts'
import { jsonOption } from './options.ts'

/** `record`: a run whose exchanges become the recording of its server. */
export const record = (): Command =>
  new Command('record')
    .summary('run the suites on a live server and keep what it answers')
    .description(
      'Runs the suites on a live server and keeps every exchange as the recording of its version. With areas (chat) these alone are run, and merged into the recording of the same server.',
    )
    .argument('[areas...]', 'areas; all when absent')
    .option(
      '--target <target>',
      'container[:<tag or image>], binary[:<path>], http(s)://<host>:<port>/<path>',
    )
    .option('--llama-server-target <target>', 'the same for llama-server; given alone, only its suites run')
    .addOption(jsonOption())
    .action(async (areas: string[], options: RunOptions) => {
      requireCheckout('record')
      const { runSuites } = await import('../gate/suites.ts')
      process.exitCode = await runSuites(areas, { ...options, record: true })
    })
