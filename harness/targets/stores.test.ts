import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../testing/folder.ts'
import { beginStore, keepModels, Shelf, storeIn } from './stores.ts'

const MODELS = 'manifests/registry.ollama.ai/some'
const digest = (digit: number) => `sha256:${String(digit).repeat(64)}`
const blob = (digit: number) => `blobs/sha256-${String(digit).repeat(64)}`

/** Two stores of a server that kept two models, which share a file, and had a file of no model. */
async function stores() {
  const folder = temporaryFolder()
  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const first = storeIn(folder, '1')
  for (const [name, digits] of [['one', [1, 2]] as const, ['two', [1, 3]] as const])
    write(join(first, MODELS, name, 'latest'), JSON.stringify({ layers: digits.map(digest) }))
  for (const digit of [1, 2, 3, 4]) write(join(first, blob(digit)), `file ${digit}`)
  expect(await keepModels(folder, '1', ['some/one', 'some/two'])).toBe(true)
  await beginStore(folder, '2', true)
  const second = storeIn(folder, '2')
  return {
    first,
    second,
    shelf: new Shelf(folder, '2', 'some/'),
    has: (path: string) => existsSync(join(second, path)),
  }
}

test('a store begins with the files of the models that were kept, and without the models', async () => {
  const { first, second } = await stores()
  for (const store of [first, second])
    expect([existsSync(join(store, 'manifests')), readdirSync(join(store, 'blobs')).length]).toEqual([
      false,
      4,
    ])
})

test('a model comes when it is named, in whatever case, with a tag or as part of a path, and others do not', async () => {
  for (const text of ['{"model":"some/one"}', '{"model":"SOME/One:latest"}', '/v1/models/some%2Fone']) {
    const { shelf, has } = await stores()
    shelf.place(text)
    expect([has(`${MODELS}/one/latest`), has(`${MODELS}/two`)], text).toEqual([true, false])
  }
})

test('a model that a check deletes does not come again, in another suite it does', async () => {
  const { second, shelf, has } = await stores()
  shelf.place('some/one')
  rmSync(join(second, MODELS, 'one'), { recursive: true })
  shelf.place('some/one')
  expect(has(`${MODELS}/one/latest`)).toBe(false)
  shelf.clear()
  shelf.place('some/one')
  expect(has(`${MODELS}/one/latest`)).toBe(true)
  shelf.clear()
  expect(has(`${MODELS}/one`)).toBe(false)
})

test('the files of a model, which may have gone with another, come with it and when they are named', async () => {
  const { second, shelf, has } = await stores()
  for (const digit of [1, 2, 3, 4]) rmSync(join(second, blob(digit)))
  shelf.place('some/two')
  expect([1, 2, 3].map((digit) => has(blob(digit)))).toEqual([true, false, true])
  shelf.place(`/api/blobs/${digest(2)}`)
  expect(readFileSync(join(second, blob(2)), 'utf8')).toBe('file 2')
  // Of no model: whether it is there is what a check asks.
  shelf.place(digest(4))
  expect(has(blob(4))).toBe(false)
})

test('the store of a server that lays it out in another way is copied as it is', async () => {
  const folder = temporaryFolder()
  mkdirSync(storeIn(folder, '1'))
  writeFileSync(join(storeIn(folder, '1'), 'models.db'), 'all of them')
  expect(await keepModels(folder, '1', ['some/one'])).toBe(false)
  await beginStore(folder, '2', false)
  for (const store of ['1', '2']) expect(readdirSync(storeIn(folder, store))).toEqual(['models.db'])
})
