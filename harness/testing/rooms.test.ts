import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { fromRoot, ROOT } from '../base/paths.ts'

/** The rooms of the harness, each below what uses it. Every file is in one; tests and what helps them may use all. */
const ROOMS = [
  'base',
  'config',
  'wire',
  'ledger',
  'schema',
  'recording',
  'targets',
  'run',
  'report',
  'gate',
  'proof',
  'reference',
  'generate',
  'commands',
  'testing',
]

const files = readdirSync(fromRoot('harness'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replaceAll('\\', '/'))
const roomOf = (path: string) => path.split('/')[0] as string

/** What a file imports of the harness, types included. */
const imports = new Map(
  files.map((path) => {
    const text = readFileSync(fromRoot('harness', path), 'utf8')
    const found = [
      ...text.matchAll(
        /(?:^|\n)\s*(?:(?:import|export)[^'"]*?from |import )['"](\.[^'"]*)['"]|\bimport\(['"](\.[^'"]*)['"]\)/g,
      ),
    ]
      .map(([, plain, dynamic]) => plain ?? dynamic)
      .map((to) =>
        relative(fromRoot('harness'), join(ROOT, 'harness', dirname(path), to as string)).replaceAll(
          '\\',
          '/',
        ),
      )
    return [path, found.filter((to) => files.includes(to))]
  }),
)

test('every file is in a room', () => {
  expect(files.filter((path) => !ROOMS.includes(roomOf(path)))).toEqual([])
})

test('no import goes upwards', () => {
  const upwards = [...imports]
    .filter(([path]) => !path.endsWith('.test.ts'))
    .flatMap(([path, to]) => to.map((target) => [path, target] as const))
    .filter(([path, target]) => ROOMS.indexOf(roomOf(target)) > ROOMS.indexOf(roomOf(path)))
  expect(upwards).toEqual([])
})

test('no files import each other in a circle', () => {
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (path: string, way: string[]) => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '))
    if (way.includes(path) || done.has(path)) return
    for (const target of imports.get(path) ?? []) visit(target, [...way, path])
    done.add(path)
  }
  for (const path of files) visit(path, [])
  expect(circles).toEqual([])
})
