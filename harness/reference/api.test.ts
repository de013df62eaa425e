import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import { operationsOf } from '../schema/routes.ts'
import { apiOf } from './api.ts'
import { gather } from './book.ts'

const material = gather(await compiledLedger())
const api = JSON.parse(JSON.stringify(apiOf(material)))

test('it is what its schema says', () => {
  const schema = JSON.parse(readFileSync(fromRoot('harness/reference/api.schema.json'), 'utf8'))
  const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)
  validate(api)
  expect(validate.errors?.slice(0, 5) ?? []).toEqual([])
})

test('it has every route and every statement', () => {
  const names = api.systems.ollama.endpoints.map(({ name }: { name: string }) => name)
  expect(new Set(names)).toEqual(new Set(operationsOf('ollama')))
  expect(api.statements.map(({ id }: { id: string }) => id)).toEqual([...material.ledger.keys()])
})

test('it answers whether a version has a field', () => {
  type Field = { path: string; since?: string }
  const { request } = api.systems.ollama.endpoints.find(
    ({ name }: { name: string }) => name === 'POST /api/chat',
  ) as { request: Field[] }
  expect(request.find(({ path }) => path === 'think')?.since).toBe('0.9.0')
  expect(request.find(({ path }) => path === 'messages')?.since).toBeUndefined()
})
