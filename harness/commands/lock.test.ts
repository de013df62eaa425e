import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { fromRoot } from '../base/paths.ts'

interface Entry {
  optional?: boolean
  os?: unknown
  cpu?: unknown
  version?: string
  integrity?: string
  resolved?: string
  link?: boolean
  engines?: unknown
  libc?: string[]
  hasInstallScript?: boolean
  optionalDependencies?: Record<string, string>
  funding?: unknown
  deprecated?: unknown
}

/** Where Node would find a package from the folder `from`. */
function find(packages: Record<string, Entry>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`
    if (packages[path]) return path
    if (!folder) return
  }
}

/** What keeps a lock file from installing everywhere, silently, and only what is needed. */
function faults(packages: Record<string, Entry>, allowScripts: object): string[] {
  const found: string[] = []
  for (const [path, entry] of Object.entries(packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!find(packages, path, name)) found.push(`${path}: ${name} is left out`)
    }
    // The project itself, and its workspace.
    if (!path.includes('node_modules/') || entry.link) continue
    const { funding: _, deprecated: __, ...rest } = entry
    const name = path.split('node_modules/').at(-1) ?? ''
    const libc = name.endsWith('-musl') ? 'musl' : /-gnu$|^node-linux-/.test(name) ? 'glibc' : undefined
    if (!entry.version) found.push(`${path}: no version`)
    if (!entry.integrity) found.push(`${path}: no integrity`)
    if (entry.resolved || JSON.stringify(rest).includes('://')) found.push(`${path}: names a host`)
    if (entry.engines) found.push(`${path}: has engines, which npm holds against the wrong Node`)
    if (libc && !entry.libc?.includes(libc)) found.push(`${path}: is for ${libc} and does not say so`)
    if (entry.hasInstallScript && !(name in allowScripts)) found.push(`${path}: not in allowScripts`)
  }
  return found
}

test('the lock file installs everywhere, silently, and only what is needed; else: npm run lock', () => {
  const { packages } = JSON.parse(readFileSync(fromRoot('package-lock.json'), 'utf8'))
  expect(faults(packages, manifest.allowScripts)).toEqual([])
})

test('what npm is known to write is noticed', () => {
  const complete = { version: '1.0.0', integrity: 'sha512-x', funding: { url: 'https://example.org' } }
  const packages = {
    '': { engines: { node: '>=20' } },
    'node_modules/a': { ...complete, optionalDependencies: { b: '1', c: '1' } },
    'node_modules/a/node_modules/b': { optional: true },
    'node_modules/d-linux-x64-musl': { ...complete, os: ['linux'], cpu: ['x64'] },
    'node_modules/e': {
      ...complete,
      resolved: 'https://registry.example.org/e.tgz',
      engines: { node: '>=22' },
    },
    'node_modules/f': { ...complete, hasInstallScript: true },
    'node_modules/g': { ...complete, hasInstallScript: true },
  }
  expect(faults(packages, { g: false })).toEqual([
    'node_modules/a: c is left out',
    'node_modules/a/node_modules/b: no version',
    'node_modules/a/node_modules/b: no integrity',
    'node_modules/d-linux-x64-musl: is for musl and does not say so',
    'node_modules/e: names a host',
    'node_modules/e: has engines, which npm holds against the wrong Node',
    'node_modules/f: not in allowScripts',
  ])
})
