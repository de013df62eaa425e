import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { satisfies } from 'semver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import lock from '../../package-lock.json' with { type: 'json' }
import manifest from '../../package.json' with { type: 'json' }
import { fromRoot } from '../base/paths.ts'
import { cleanEnvironment } from '../testing/checkout.ts'

/** What npm packs beside what is built. */
const BESIDE = ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin.mjs', 'package.json']

/** A project that has the package, and in it all that it depends on. */
const project = mkdtempSync(join(tmpdir(), 'test-of-conformance-'))
const installed = join(project, 'node_modules', manifest.name)
let files: string[]
let size: number

const run = (program: string, ...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], {
    cwd: project,
    env: cleanEnvironment(),
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
const packaged = (...args: string[]) => run(join(installed, 'bin.mjs'), ...args)

/** What is there but for what it depends on, which is a link here. */
const inPackage = () => [
  ...readdirSync(installed),
  ...readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' }),
]

/** What somebody may import. */
const USE = `
  import type { ChatResponse } from 'ollama-conformance/types'
  import type { Done } from 'ollama-conformance/types/llama-server'
  import type { Results } from 'ollama-conformance/results'
  import ledger from 'ollama-conformance/ledger.json' with { type: 'json' }
  import request from 'ollama-conformance/schemas/ollama/chat/request.json' with { type: 'json' }
  import openapi from 'ollama-conformance/openapi/ollama-0.32.15.json' with { type: 'json' }
  export const model = (answer: ChatResponse): string => answer.model
  export const first = (results: Results): string | undefined => results.statements[0]?.id
  export const done: Done = '[DONE]'
  export const texts: string[] = [ledger.statements[0]!.id, request.title, openapi.openapi]
  // @ts-expect-error it is a text
  export const version = (results: Results): number => results.target.version
`

describe('the package', { timeout: 180_000 }, () => {
  beforeAll(() => {
    mkdirSync(installed, { recursive: true })
    for (const name of BESIDE) copyFileSync(fromRoot(name), join(installed, name))
    symlinkSync(fromRoot('node_modules'), join(installed, 'node_modules'), 'junction')
    expect(run(fromRoot('harness/commands/build.ts'), join(installed, 'dist'))).toMatchObject({ status: 0 })
    const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: installed,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    })
    const [pack] = JSON.parse(listed)
    files = pack.files.map(({ path }: { path: string }) => path)
    size = pack.size
  }, 180_000)
  afterAll(() => rmSync(project, { recursive: true, force: true, maxRetries: 5 }))

  test('has what a user needs, and is small', () => {
    const built = files.filter((path) => path.startsWith('dist/'))
    expect(files.filter((path) => !built.includes(path)).sort()).toEqual(BESIDE)
    expect(new Set(built.map((path) => path.split('/')[1])).size).toBe(9)
    // No tests but the suites, no source, nothing that only makes what is committed here.
    const useless =
      /^dist\/harness\/(testing|generate)\/|^dist\/harness\/.*\.test\.|commands\/(build|bench|lock)\.|(?<!\.d)\.ts$/
    expect(built.filter((path) => useless.test(path))).toEqual([])
    expect(size).toBeLessThan(6_000_000)
    const suites = readdirSync(fromRoot('suites/ollama')).filter((name) => name.endsWith('.test.ts'))
    for (const suite of suites) expect(files).toContain(`dist/suites/ollama/${suite.replace(/ts$/, 'js')}`)
  })

  test('has types for what can be imported, of use to any project', () => {
    writeFileSync(join(project, 'use.mts'), USE)
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--resolveJsonModule',
    ]
    const { stdout } = run(fromRoot('node_modules/typescript/bin/tsc'), ...options, 'use.mts')
    expect(stdout).toBe('')
  })

  test('exports only what is there', () => {
    for (const target of Object.values(manifest.exports)) {
      const paths = typeof target === 'string' ? [target] : Object.values(target)
      for (const path of paths.filter((path) => !path.includes('*')))
        expect(existsSync(join(installed, path)), path).toBe(true)
    }
  })

  test('asks for a Node that suits what it depends on', () => {
    const [, least = ''] = readFileSync(fromRoot('bin.mjs'), 'utf8').match(/least = '(.*)'/) ?? []
    const packages = Object.entries(lock.packages as Record<string, { dev?: boolean; optional?: boolean }>)
    for (const [path, { dev, optional }] of packages) {
      if (!path.startsWith('node_modules/') || dev || optional || !existsSync(fromRoot(path, 'package.json')))
        continue
      const { engines } = JSON.parse(readFileSync(fromRoot(path, 'package.json'), 'utf8'))
      expect(satisfies(least, engines?.node ?? '*'), `${path} wants Node ${engines?.node}`).toBe(true)
    }
  })

  test('says the same as the source', () => {
    const args = ['changes', '0.24.0', '0.32.15']
    const { stdout, status, stderr } = packaged(...args)
    expect(status, stderr).toBe(1)
    expect(stdout).toBe(run(fromRoot('harness/commands/cli.ts'), ...args).stdout)
  })

  test('runs suites inside node_modules, and writes into the working folder alone', () => {
    const before = inPackage()
    const { status, stdout, stderr } = packaged('run', 'embed', '--target', 'replay:0.24.0', '--json')
    expect(status, stderr).toBe(0)
    const [results] = JSON.parse(stdout)
    expect(results.totals.pass).toBeGreaterThan(10)
    expect(results).toMatchObject({
      suite: manifest.version,
      file: join(project, 'reports/ollama-0.24.0-replay/results.json'),
    })
    expect(inPackage()).toEqual(before)
  })

  test('refuses in one line what writes into a checkout', () => {
    for (const args of [['record'], ['new', 'chat.some.thing']]) {
      const { status, stderr } = packaged(...args)
      expect(status).toBe(2)
      expect(stderr).toBe(
        `ollama-conformance: ${args[0]} writes into the repository of ollama-conformance; run it in a checkout\n`,
      )
    }
  })
})
