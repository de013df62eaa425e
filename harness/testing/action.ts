import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { fromRoot, ROOT } from '../base/paths.ts'
import { cleanEnvironment } from './checkout.ts'

type Step = {
  id?: string
  name?: string
  if?: string
  uses?: string
  run?: string
  env?: Record<string, string>
  with?: Record<string, string>
  'working-directory'?: string
}
type Action = {
  inputs: Record<string, { default: string }>
  outputs: Record<string, { value: string }>
  runs: { steps: Step[] }
}

export type ActionRun = {
  /** Of the first step that failed, else 0. */
  code: number
  /** What each step wrote; what a step of another action would be given. */
  steps: { name: string; output: string }[]
  summary: string
  outputs: Record<string, string>
  /** The comment, as it stands in the reports. */
  comment: string | undefined
}

/**
 * Runs the steps of `action.yml` on a repository, as a runner does on a pull request; those of other actions are only
 * named.
 *
 * @param temp a folder for what the runner keeps
 */
export function runAction(
  folder: string,
  temp: string,
  given: Record<string, string> = {},
  env: Record<string, string> = {},
): ActionRun {
  const action = parse(readFileSync(fromRoot('action.yml'), 'utf8')) as Action
  const inputs = Object.fromEntries(
    Object.entries(action.inputs).map(([name, { default: value }]) => [name, given[name] ?? value]),
  )
  const outputs: Record<string, Record<string, string>> = {}
  /** What stands in `${{ … }}`, as far as action.yml uses it. */
  const lookUp = (name: string): string => {
    const [, kind, key = ''] = name.match(/^(inputs|steps|github|runner)\.(.*)$/) ?? []
    if (kind === 'inputs') return inputs[key] ?? unknown(name)
    const [, step = '', output = ''] = key.match(/^([\w-]+)\.outputs\.(.*)$/) ?? []
    if (kind === 'steps') return outputs[step]?.[output] ?? ''
    return CONTEXT[name]?.(temp) ?? unknown(name)
  }
  const fill = (text: string): string =>
    String(text).replaceAll(/\$\{\{ (.*?) \}\}/g, (_, name: string) => fill(lookUp(name)))
  const run: ActionRun = { code: 0, steps: [], summary: '', outputs: {}, comment: undefined }
  const summary = join(temp, 'summary')
  for (const step of action.runs.steps) {
    if (!holds(step.if, run.code, lookUp)) continue
    const name = step.name ?? step.uses ?? 'a step'
    if (step.run === undefined) {
      const values = Object.entries(step.with ?? {}).map(([key, value]) => `${key}: ${fill(value)}`)
      run.steps.push({ name, output: `not run here: ${values.join(', ')}` })
      continue
    }
    const file = join(temp, 'outputs')
    rmSync(file, { force: true })
    const filled = Object.entries(step.env ?? {}).map(([key, value]) => [key, fill(value)])
    const { status, stdout, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', fill(step.run)], {
      cwd: join(folder, fill(step['working-directory'] ?? '.')),
      env: {
        ...cleanEnvironment(),
        ...Object.fromEntries(filled),
        ...env,
        GITHUB_OUTPUT: file,
        GITHUB_STEP_SUMMARY: summary,
      },
      encoding: 'utf8',
    })
    run.steps.push({ name, output: stdout + stderr })
    run.code ||= status ?? 1
    const written = existsSync(file) ? readFileSync(file, 'utf8') : ''
    if (step.id)
      outputs[step.id] = Object.fromEntries([...written.matchAll(/^(.*?)=(.*)$/gm)].map(([, a, b]) => [a, b]))
  }
  for (const [name, { value }] of Object.entries(action.outputs)) run.outputs[name] = fill(value)
  const comment = join(temp, 'ollama-bump', 'bump.md')
  if (existsSync(summary)) run.summary = readFileSync(summary, 'utf8')
  if (existsSync(comment)) run.comment = readFileSync(comment, 'utf8')
  return run
}

const CONTEXT: Record<string, (temp: string) => string> = {
  'github.action_path': () => ROOT,
  'github.event_name': () => 'pull_request',
  'github.event.pull_request.number': () => '7',
  'github.repository': () => 'example/sample',
  'github.token': () => 'a-token-that-is-none',
  'runner.temp': (temp) => temp,
}

function unknown(name: string): never {
  throw new Error(`action.yml uses ${name}, which no runner here knows`)
}

/** A condition as action.yml has them: comparisons with a text, joined by `&&`. */
function holds(condition: string | undefined, code: number, lookUp: (name: string) => string): boolean {
  const parts = (condition ?? 'success()').split(' && ')
  if (!parts.includes('always()') && code !== 0) return false
  return parts.every((part) => {
    const [, name, operator, text] = part.match(/^(\S+) (==|!=) '(.*)'$/) ?? []
    if (name) return (lookUp(name) === text) === (operator === '==')
    return part === 'always()' || part === 'success()' || unknown(part)
  })
}

/** Git as nobody in particular. */
export const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Sample', '-c', 'user.email=sample@example.org', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, GIT_CONFIG_GLOBAL: '', GIT_CONFIG_NOSYSTEM: '1' },
  })

/** Makes the folder a repository, or continues it, with everything in it as a commit. */
export function commitAll(folder: string, message: string): void {
  if (!existsSync(join(folder, '.git'))) git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--allow-empty', '--message', message)
}

/** Makes the sample of `fixtures/bump` in a folder: a repository whose last commit is the bump. */
export function sampleRepository(folder: string, files: Record<string, string> = {}): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  for (const side of ['before', 'after']) {
    cpSync(fromRoot('fixtures', 'bump', side), folder, { recursive: true })
    commitAll(folder, side)
  }
}
