import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { satisfies } from 'semver'
import { fromRoot } from '../base/paths.ts'

interface Entry {
  version: string
  engines?: { node?: string }
  bin?: { node?: string }
  libc?: string[]
}

/** Before 11.12 `libc` is left out, and then a system gets the builds for every libc. */
const NPM = 'npm@11'

// From nothing: beside a lock or a node_modules npm keeps what is wrong there, and drops other systems' packages.
const folder = mkdtempSync(join(tmpdir(), 'ollama-conformance-lock-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'node'))
for (const file of ['package.json', 'node/package.json', '.npmrc']) {
  copyFileSync(fromRoot(file), join(folder, file))
}
const install = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--loglevel=error']
const { status } = spawnSync('npx', ['--yes', NPM, ...install], {
  cwd: folder,
  env: { ...process.env, npm_config_cache: join(folder, 'cache') },
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
if (status !== 0) process.exit(1)

const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
const { '': _root, ...packages } = lock.packages as Record<string, Entry>
const nodes = Object.entries(packages).filter(([, { bin }]) => bin?.node)
for (const [path, entry] of Object.entries(packages)) {
  // npm holds `engines` against the Node that it runs on itself; what counts is the Node that is packaged.
  const { node: range = '*' } = entry.engines ?? {}
  for (const [name, { version }] of nodes.filter(([, node]) => !satisfies(node.version, range))) {
    console.error(`${path} ${entry.version} wants Node ${range}, and ${name} is ${version}`)
    process.exitCode = 1
  }
  delete entry.engines
}
// The packages do not say so, and on musl they would stand before a Node that works.
for (const [path, entry] of nodes) if (path.includes('node-linux')) entry.libc = ['glibc']
if (!process.exitCode) writeFileSync(fromRoot('package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`)
