import { expect, test } from 'vitest'
import { placesOf, schemasIn } from './places.ts'

const at = (file: string, value: unknown) =>
  [...placesOf(file, value)].map(({ id, pointer }) => `${pointer} ${id}`)

test('a part of a message is at its place in the file that describes it, through references', () => {
  expect(at('ollama/generate/request.json', { model: 'm', options: { seed: 1 } })).toEqual([
    ' ollama/generate/request.json#',
    '/model ollama/generate/request.json#/properties/model',
    '/options ollama/generate/request.json#/properties/options',
    '/options ollama/common/options.json#',
    '/options/seed ollama/common/options.json#/properties/seed',
  ])
})

test('an alternative is a place when the value is meant by it', () => {
  const places = at('ollama/generate/request.json', { format: 'json' })
  expect(places).toContain('/format ollama/common/types.json#/$defs/format/anyOf/1')
  expect(places).not.toContain('/format ollama/common/types.json#/$defs/format/anyOf/0')
})

test('every schema of a file has its place, after the one that it is in', () => {
  const ids = [...schemasIn('ollama/ps/response.json')].map(({ id }) => id)
  expect(ids).toContain('ollama/ps/response.json#/properties/models/items/properties/name')
  expect(ids[0]).toBe('ollama/ps/response.json#')
})
