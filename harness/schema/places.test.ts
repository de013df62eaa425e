import { expect, test } from 'vitest'
import { placesOf, schemasIn } from './places.ts'

const at = (file: string, value: unknown) =>
  [...placesOf(file, value)].map(({ id, pointer }) => `${pointer} ${id}`)

test('a part of a message is at its place in the file that describes it, through references', () => {
  expect(at('generate/request.json', { model: 'm', options: { seed: 1 } })).toEqual([
    ' generate/request.json#',
    '/model generate/request.json#/properties/model',
    '/options generate/request.json#/properties/options',
    '/options common/options.json#',
    '/options/seed common/options.json#/properties/seed',
  ])
})

test('an alternative is a place when the value is meant by it', () => {
  const places = at('generate/request.json', { format: 'json' })
  expect(places).toContain('/format common/types.json#/$defs/format/anyOf/1')
  expect(places).not.toContain('/format common/types.json#/$defs/format/anyOf/0')
})

test('every schema of a file has its place, after the one that it is in', () => {
  const ids = [...schemasIn('ps/response.json')].map(({ id }) => id)
  expect(ids).toContain('ps/response.json#/properties/models/items/properties/name')
  expect(ids[0]).toBe('ps/response.json#')
})
