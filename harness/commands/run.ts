import { Command } from 'commander'
import type { RunOptions } from '../gate/suites.ts'
import { configOption, jsonOption, reportsOption } from './options.ts'

const gather = (value: string, before: string[] = []) => [...before, value]

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
      'container[:<tag or image>], binary[:<path>], http(s)://<host>:<port>/<path>, replay[:<version>]',
    )
    .option('--llama-server-target <target>', 'the same for llama-server; given alone, only its suites run')
    .option('--as <version>', 'the version of Ollama that the server is held to')
    .option(
      '--header <header=VARIABLE>',
      'a header of every request, and the environment variable that holds its value; may be given several times',
      gather,
    )
    .option('--model <name>', "a model of the server's own, where it can have none of the suite's")
    .option('--embed-model <name>', 'one of its own that embeds')
    .option('--tool-model <name>', 'one of its own that calls tools')
    .option('--thinking-model <name>', 'one of its own that thinks')
    .option('--every-statement', 'with --model: also what is not known to hold for any model')
    .option(
      '--profile <profile>',
      'what the server is held to (discover, generate, chat, embed, manage, openai, responses, anthropic); may be given several times',
      gather,
    )
    .option('--read-only', 'send nothing that changes what the server has')
    .option('--rate <number>', 'the most requests in a second')
    .option('--patience <seconds>', 'how long a check may take at least')
    .addOption(configOption())
    .addOption(reportsOption('where the results go'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nWithout a target: OLLAMA_TARGET, then that of the configuration, then the most real one that is here.\nExit code 1 when the server fails a check, 2 when a check could not be made.',
    )
    .action(async (names: string[], options: RunOptions) => {
      endWithParent()
      const { runSuites } = await import('../gate/suites.ts')
      process.exitCode = await runSuites(names, options)
    })

/** Of a comparison it is a part: when that is killed, it ends as by a signal. */
function endWithParent(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  // The channel must not keep this process from ending.
  process.channel?.unref()
}
