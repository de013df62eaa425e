import { Command } from 'commander'
import { SuiteError, say } from '../base/errors.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { allOption, configOption, jsonOption, onlyOption } from './options.ts'

type Options = {
  base: string
  head: string
  files?: string[]
  measure?: string | true
  only?: string[]
  config?: string
  all?: true
  comment?: string
  reports?: string
  github?: true
  json?: true
}

/** What is measured where nothing else is said: the official image. */
const TARGET = 'container:{version}'

/** `bump`: finds the versions between which a change moves Ollama, and tells what that changes. */
export const bump = (): Command =>
  new Command('bump')
    .summary('find a bump of Ollama in a git diff, and tell what it changes')
    .description(
      'Finds where a change to a git repository moves Ollama to another version (compose file, Dockerfile, workflow, Helm values, a file with a version) and tells what changes for a client.',
    )
    .option('--base <commit>', 'before the change', 'HEAD^1')
    .option('--head <commit>', 'after it', 'HEAD')
    .option('--files <paths...>', 'files that hold a version of Ollama and nothing that says so')
    .option('--measure [target]', `run the suites on both too, on this target (${TARGET})`)
    .addOption(onlyOption('measure'))
    .addOption(configOption())
    .addOption(allOption())
    .option('--comment <file>', 'write the comment on a pull request, Markdown')
    .option('--reports <folder>', 'write everything, as JSON and Markdown')
    .option('--github', 'annotations, job summary and outputs, in a step of a workflow')
    .addOption(jsonOption())
    .addHelpText('after', '\nExit code as that of changes; 0 when there is no bump.')
    .action(async (options: Options) => {
      const [{ bumpsBetween }, report, { relianceOf }, { loadConfig }, { writeBump, writeForGitHub }] =
        await Promise.all([
          import('../gate/bumps.ts'),
          import('../gate/bump-report.ts'),
          import('../gate/relies.ts'),
          import('../config/config.ts'),
          import('../gate/bump-files.ts'),
        ])
      const { base, head, files = [], measure, only = [], config, github, json } = options
      const target = measure === true ? TARGET : measure
      if (target !== undefined && !target.includes('{version}')) {
        throw new SuiteError(`--measure ${target} has no {version}; give a target such as ${TARGET}`)
      }
      const ledger = await compiledLedger()
      const reliance = relianceOf(loadConfig(config), ledger)
      const bumps = bumpsBetween(process.cwd(), base, head, files)
      const onBoth = async (on: string) => {
        const { measured } = await import('../gate/measured.ts')
        return async (...versions: [from: string, to: string]) => {
          const [a, b] = versions.map((version) => on.replaceAll('{version}', version)) as typeof versions
          return (await measured('ollama', a, b, only, ledger, reliance, say)).result
        }
      }
      const steps = await report.judge(
        bumps,
        ledger,
        reliance,
        target === undefined ? undefined : await onBoth(target),
      )
      const exit = report.exitOf(steps)
      writeBump(steps, options)
      if (github) writeForGitHub(steps, exit)
      else if (json) console.log(JSON.stringify(report.bumpJson(steps), null, 1))
      else console.log(report.bumpText(steps, options.all))
      process.exitCode = exit
    })
