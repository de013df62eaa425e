import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Client } from '../../harness/wire/client.ts'
import { generate, generateRequest, wrong } from './requests.ts'

type Schema = Record<string, unknown>
type Format = Parameters<typeof generate>[1]['format']

const object = (properties: Record<string, Schema>, required = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
})

/** What the terse instrument says under a format. */
async function constrained(client: Client, format: Format, fields: Record<string, unknown> = {}) {
  const exchange = await generate(client, {
    model: models.terse,
    prompt: 'a',
    format,
    options: { num_predict: 64 },
    ...fields,
  })
  const { response, done_reason } = exchange.json
  return exchange.status === 200 ? { response, done_reason } : { status: exchange.status }
}

for (const [name, format] of Object.entries<Format>({ absent: undefined, null: null, empty: '' })) {
  check(`structured-output.none.${name}`, async ({ client }) => {
    return constrained(client, format, { options: { num_predict: 4 } })
  })
}

const FORMATS: Record<string, Format> = {
  json: 'json',
  'schema.empty': {},
  'schema.enum': { enum: ['down', 'top'] },
  'schema.const': { const: 'fixed' },
  'schema.array': { type: 'array', items: { type: 'boolean' }, minItems: 2 },
  'schema.array.empty': { type: 'array', items: { type: 'boolean' } },
  'schema.required': object({ name: { type: 'string' }, count: { type: 'integer' } }),
  'schema.optional': object({ name: { type: 'string' }, count: { type: 'integer' } }, ['count']),
  'schema.nothing-required': object({ name: { type: 'string' } }, []),
  'schema.key-order': object({ z: { type: 'integer' }, m: { type: 'integer' }, a: { type: 'integer' } }),
  'schema.nested': object({
    in: object({ deep: { type: 'array', items: object({ ok: { type: 'boolean' } }), minItems: 1 } }),
  }),
  'schema.ref': { $defs: { yes: { type: 'boolean' } }, ...object({ a: { $ref: '#/$defs/yes' } }) },
  'schema.any-of': { anyOf: [{ type: 'integer' }, { type: 'boolean' }] },
  'schema.pattern': { type: 'string', pattern: '^z{2}$' },
  'schema.length': { type: 'string', maxLength: 0 },
}

for (const [name, format] of Object.entries(FORMATS)) {
  check(`structured-output.${name}`, async ({ client }) => constrained(client, format))
}

check('structured-output.schema.types', async ({ client }) => {
  const types = ['string', 'integer', 'number', 'boolean', 'null', 'array', 'object']
  const answers = types.map(async (type) => [type, (await constrained(client, { type })).response] as const)
  return Object.fromEntries(await Promise.all(answers))
})

// A model that never says JSON, and that prefers nothing where its own next character is forbidden.
check('structured-output.unwilling-model', async ({ client }) => {
  const format = object({ colour: { enum: ['red'] } })
  const { json } = await generate(client, {
    model: models.successor,
    prompt: 'abc',
    format,
    options: { num_predict: 200 },
  })
  return { parsed: JSON.parse(json.response), done_reason: json.done_reason }
})

check('structured-output.willing-model', async ({ client }) => {
  const request = { model: models.scripted, prompt: '3', raw: true }
  const { json } = await generate(client, { ...request, format: 'json' })
  return { response: json.response, done_reason: json.done_reason, eval_count: json.eval_count }
})

check('structured-output.raw', async ({ client }) => {
  return constrained(client, object({ n: { type: 'integer' } }), { raw: true })
})

check('structured-output.cut', async ({ client }) => {
  return constrained(client, 'json', { options: { num_predict: 1 } })
})

check('structured-output.stop', async ({ client }) => {
  const { json } = await generate(client, {
    model: models.terse,
    prompt: 'a',
    format: object({ n: { type: 'integer' }, m: { type: 'integer' } }),
    options: { num_predict: 64, stop: [','] },
  })
  return { response: json.response, done_reason: json.done_reason }
})

check('structured-output.stream', async ({ client }) => {
  const { records } = await generate(client, {
    model: models.terse,
    prompt: 'a',
    format: object({ n: { type: 'integer' } }),
    stream: true,
    options: { num_predict: 64 },
  })
  return { text: records.map(({ response }) => response).join(''), several_records: records.length > 2 }
})

for (const [name, format] of Object.entries({
  string: 'xml',
  number: 5,
  boolean: true,
  array: [],
  'upper-case': 'JSON',
})) {
  check(`structured-output.invalid.${name}`, async ({ client }) => {
    const request = { model: models.terse, prompt: 'a', format, options: { num_predict: 4 } }
    const { status, json } = await client.send(wrong(generateRequest, request))
    return { status, error: json.error }
  })
}

check('structured-output.invalid.stream', async ({ client }) => {
  const request = {
    model: models.terse,
    prompt: 'a',
    format: 'xml',
    stream: true,
    options: { num_predict: 4 },
  }
  const { status, contentType } = await client.send(wrong(generateRequest, request))
  return { status, contentType }
})

for (const [name, format] of Object.entries({
  type: { type: 'zzz' },
  ref: { $ref: '#/$defs/nobody' },
})) {
  check(`structured-output.unusable.${name}`, async ({ client }) => {
    const request = { model: models.terse, prompt: 'a', format, options: { num_predict: 4 } }
    const { status, json } = await client.send(wrong(generateRequest, request))
    return { status, error: json.error?.startsWith('{') ? 'JSON of llama-server' : json.error }
  })
}
