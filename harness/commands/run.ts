import { Command } from 'commander'
import type { RunOptions } from '../gate/suites.ts'
import { configOption, jsonOption, reportsOption } from './options.ts'

/** `run`: the suites, or a part of them, on a target. */
export const run = (): Command =>
  new Command('run')
    .summary('hold a server to what Ollama does')
    .description(
      'Runs the suites on a server, or a part of them: areas (chat), or statements by id (options.*).',
    )
    .argument('[names...]', 'areas or statements; all when absent')
    .option(
      '--target <target>',
      'container[:<tag or image>], binary[:<path>], http://<host>:<port>, replay[:<version>]',
    )
    .option('--llama-server-target <target>', 'the same for llama-server; given alone, only its suites run')
    .addOption(configOption())
    .addOption(reportsOption('where the results go'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nWithout a target: OLLAMA_TARGET, then that of the configuration, then the most real one that is here.\nExit code 1 when the server fails a check, 2 when a check could not be made.',
    )
    .action(async (names: string[], options: RunOptions) => {
      const { runSuites } = await import('../gate/suites.ts')
      process.exitCode = await runSuites(names, options)
    })
