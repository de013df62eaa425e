import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { messageOf, SuiteError, say } from '../base/errors.ts'
import { EXIT } from '../base/exit.ts'
import { didYouMean } from '../base/nearest.ts'
import { fromRoot } from '../base/paths.ts'
import { bump } from './bump.ts'
import { changes } from './changes.ts'
import { diff } from './diff.ts'
import { explain } from './explain.ts'
import { init } from './init.ts'
import { learn } from './learn.ts'
import { matrix } from './matrix.ts'
import { models } from './models.ts'
import { mutate } from './mutate.ts'
import { newStatement } from './new.ts'
import { record } from './record.ts'
import { report } from './report.ts'
import { run } from './run.ts'
import { serve } from './serve.ts'
import { soak } from './soak.ts'

/** The subcommands, in the order of the help. A file each; what they work with they import when they run. */
const COMMANDS = [
  changes,
  diff,
  bump,
  explain,
  run,
  report,
  matrix,
  init,
  learn,
  models,
  serve,
  record,
  mutate,
  soak,
  newStatement,
]

/** The command `ollama-conformance`. */
export function program(): Command {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string }
  const root = new Command('ollama-conformance')
    .description(
      "Executable, versioned truth about Ollama's HTTP API: what it does, and what changes when you bump it.",
    )
    .version(version)
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExit code: 0 fine, 1 what you hold to fails, 2 could not judge. More on a command: ollama-conformance <command> --help',
    )
  for (const command of COMMANDS) root.addCommand(command())
  for (const command of [root, ...root.commands]) {
    command.exitOverride().showSuggestionAfterError(false)
    // One line, written below.
    command.configureOutput({ outputError: () => {} })
  }
  return root
}

/** Runs a command line. What cannot be judged ends in one clear line and in exit code 2. */
export async function main(args: readonly string[]): Promise<void> {
  const root = program()
  try {
    if (args.length === 0) root.outputHelp()
    else await root.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return
      say(`${error.message.replace(/^error: |\.$/g, '')}${hintFor(error, root, args)}`)
    } else if (error instanceof SuiteError) {
      for (const line of messageOf(error).split('\n')) say(line)
    } else if (isOfFiles(error)) {
      // The folder of the user: it may not be written to, or is full.
      const [, what] = error.message.match(/^[A-Z]+: ([^,]+)/) ?? []
      say(`${what ?? error.message}: ${error.dest ?? error.path}`)
    } else {
      // A fault of this project: whoever reports it needs to say where.
      say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
    process.exitCode = EXIT.unjudged
  }
}

const isOfFiles = (error: unknown): error is NodeJS.ErrnoException & { dest?: string } =>
  ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EISDIR', 'ENOTDIR'].includes(
    (error as NodeJS.ErrnoException)?.code as string,
  )

function hintFor({ code, message }: CommanderError, root: Command, args: readonly string[]): string {
  const command = root.commands.find((one) => one.name() === args[0])
  const help = `; see ollama-conformance ${command ? `${command.name()} ` : ''}--help`
  const [, name = ''] = message.match(/'([^' ]+)/) ?? []
  if (code === 'commander.unknownCommand') {
    return (
      didYouMean(
        name,
        root.commands.map((one) => one.name()),
      ) || help
    )
  }
  if (code === 'commander.unknownOption') {
    const known = (command ?? root).options.flatMap(({ long }) => long ?? [])
    return didYouMean(name, [...known, '--help']) || help
  }
  return help
}
