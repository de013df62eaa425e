import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import { SYSTEMS } from '../base/systems.ts'
import { schemasIn } from '../proof/places.ts'
import { schemaFiles } from './files.ts'
import { referenced } from './references.ts'
import { schemaFor, VOCABULARY } from './specialise.ts'
import { describeProblem, isAhead, type Message, validateMessage } from './validate.ts'

const files = SYSTEMS.flatMap(schemaFiles)
/** Versions that schemas are looked at: all of a system, the first of them for what is the same in all. */
const versionsOf = (file: string): [string, ...string[]] =>
  file.startsWith('llama-server/') ? ['b11434', 'b9093', 'b10068'] : ['0.24.0', '0.5.7', '0.11.5', '0.32.15']
const text = (file: string) => readFileSync(fromRoot('schemas', file), 'utf8')

/** Every value under one of the keys, at any depth. */
function* valuesOf(node: unknown, keys: string[]): Generator<unknown> {
  if (typeof node !== 'object' || node === null) return
  for (const [key, value] of Object.entries(node)) {
    if (keys.includes(key)) yield value
    yield* valuesOf(value, keys)
  }
}

const last = {
  model: 'm',
  created_at: '2026-01-02T03:04:05.123456789Z',
  response: '',
  done: true,
  done_reason: 'stop',
  context: [1, 2],
  total_duration: 3,
  load_duration: 1,
  prompt_eval_count: 2,
  prompt_eval_duration: 1,
  eval_count: 2,
  eval_duration: 1,
}
const chunk = { model: 'm', created_at: '2026-01-02T03:04:05Z', response: 'x', done: false }

/** The problems of a message, in a line each. */
const problemsOf = (message: Message) => validateMessage(message).map(describeProblem)
const kindsOf = (message: Message) => validateMessage(message).map(({ kind }) => kind)

type Change = { version?: string; open?: boolean; method?: string; path?: string }
const common = {
  system: 'ollama',
  method: 'POST',
  path: '/api/generate',
  version: '0.24.0',
  open: false,
} as const
const request = (body: unknown, change: Change = {}): Message => ({
  ...common,
  part: 'request',
  body,
  ...change,
})
const record = (body: unknown, change: Change = {}): Message => ({
  ...common,
  part: 'record',
  status: 200,
  contentType: 'application/x-ndjson',
  body,
  ...change,
})
const response = (
  body: unknown,
  change: Change & { status?: number; contentType?: string | undefined } = {},
): Message => ({
  ...common,
  part: 'response',
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body,
  ...change,
})

describe('the schema files', () => {
  const ajv = new Ajv2020()

  test.each(files)('%s is valid under the meta-schema', (file) => {
    const schema = JSON.parse(text(file))
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    ajv.validateSchema(schema)
    expect(ajv.errors ?? []).toEqual([])
  })

  test.each(files)('%s describes itself and every property, and names its source', (file) => {
    const schema = JSON.parse(text(file))
    for (const key of ['title', 'description', 'x-source']) expect(schema[key], key).toBeTypeOf('string')
    const undescribed = [...schemasIn(file)]
      .filter(({ id, parent }) => parent && id.startsWith(`${parent}/properties/`))
      .filter(
        ({ schema: { description, $ref } }) =>
          !description && !referenced(String($ref), file).schema.description,
      )
    expect(undescribed.map(({ id }) => id)).toEqual([])
  })

  test.each(files)('%s closes every object with properties', (file) => {
    const open = [...schemasIn(file)].filter(
      // One with names that are not fixed says what they are for.
      ({ schema }) => schema.properties && schema.additionalProperties !== false && !schema['x-has'],
    )
    expect(open.map(({ id }) => id)).toEqual([])
  })

  test('are all referenced by routes.yaml, by way of each other, and exist', () => {
    const used = new Set<string>()
    const use = (file: string) => {
      if (used.has(file)) return
      used.add(file)
      for (const ref of valuesOf(JSON.parse(text(file)), ['$ref'])) {
        const target = new URL(String(ref), `file:///${file}`)
        use(target.pathname.slice(1))
      }
    }
    for (const system of SYSTEMS) {
      for (const [file] of text(`${system}/routes.yaml`).matchAll(/[\w/-]+\.json/g)) use(`${system}/${file}`)
    }
    expect([...used].sort()).toEqual([...files].sort())
  })

  test('compile for every version without a complaint of strict mode', () => {
    const strict = new Ajv2020({ strict: true, strictRequired: true, allowUnionTypes: true })
    strict.addVocabulary(VOCABULARY)
    for (const file of files) {
      for (const version of versionsOf(file)) {
        expect(() => strict.compile(schemaFor(file, version, false)), `${file} ${version}`).not.toThrow()
      }
    }
  })
})

describe('versions', () => {
  test('a property is allowed from x-since up to x-until', () => {
    const thinking = { ...chunk, thinking: 'hm' }
    expect(validateMessage(record(thinking, { version: '0.9.0' }))).toEqual([])
    expect(validateMessage(record(thinking, { version: '0.8.0' }))).toEqual([
      {
        message: 'generate/chunk',
        place: '/thinking',
        kind: 'added',
        found: '"hm"',
        rule: 'a property of 0.9.0 and up',
      },
    ])
  })

  test('a request may have what its version does not know yet, or no more, and is then ahead of it', () => {
    const ahead = (body: unknown, version: string) => {
      expect(validateMessage(request(body, { version }))).toEqual([])
      return isAhead(request(body, { version }))
    }
    const width = { model: 'm', width: 8 }
    expect(['0.14.2', '0.32.5', '0.32.6'].map((version) => ahead(width, version))).toEqual([
      true,
      false,
      true,
    ])
    const think = (value: unknown, version: string) => ahead({ model: 'm', think: value }, version)
    expect(think(true, '0.9.0')).toBe(false)
    expect(think('high', '0.10.1')).toBe(true)
    expect(think('high', '0.11.0')).toBe(false)
    expect(think('max', '0.21.2')).toBe(true)
    expect(think('max', '0.22.0')).toBe(false)
    expect(() => ahead({ model: 'm', colour: 'red' }, '0.24.0')).toThrow('/colour')
  })

  test('an alternative is allowed from x-since', () => {
    const content = [
      {
        type: 'server_tool_use',
        id: `srvtoolu_${'0'.repeat(24)}`,
        name: 'web_search',
        input: { query: 'news' },
      },
    ]
    const usage = { input_tokens: 1, output_tokens: 1 }
    const message = {
      id: `msg_${'0'.repeat(24)}`,
      type: 'message',
      role: 'assistant',
      model: 'm',
      content,
      stop_reason: 'end_turn',
      usage,
    }
    const answer = (version: string) => validateMessage(response(message, { path: '/v1/messages', version }))
    expect(answer('0.16.2')).toEqual([])
    expect(answer('0.16.1')).toHaveLength(1)
  })

  test('a property is required from x-required-since', () => {
    const { prompt_eval_duration: _, ...body } = last
    expect(validateMessage(record(body, { version: '0.6.1' }))).toEqual([])
    expect(validateMessage(record(body, { version: '0.24.0' }))).toMatchObject([
      { place: '/prompt_eval_duration', kind: 'missing', rule: 'always there, 0.6.2 until 0.30.0' },
    ])
  })

  test('a property is required until x-required-until', () => {
    const event = (delta: unknown, version: string) =>
      validateMessage({
        ...common,
        path: '/v1/chat/completions',
        version,
        part: 'record',
        status: 200,
        contentType: 'text/event-stream',
        body: {
          id: 'chatcmpl-1',
          object: 'chat.completion.chunk',
          created: 1,
          model: 'm',
          system_fingerprint: 'fp_ollama',
          choices: [{ index: 0, delta, finish_reason: null }],
        },
      })
    expect(event({ role: 'assistant', content: 'a' }, '0.32.5')).toEqual([])
    expect(event({ content: 'a' }, '0.32.5')).toMatchObject([
      { place: '/choices/0/delta/role', kind: 'missing', rule: 'always there, before 0.32.6' },
    ])
    expect(event({ content: 'a' }, '0.32.6')).toEqual([])
  })

  test('a required property is required in its range only', () => {
    const ps = (model: object, version: string) =>
      validateMessage(response({ models: [model] }, { method: 'GET', path: '/api/ps', version }))
    const details = {
      parent_model: '',
      format: 'gguf',
      family: 'llama',
      families: ['llama'],
      parameter_size: '1K',
      quantization_level: 'F32',
    }
    const model = {
      name: 'm:latest',
      model: 'm:latest',
      size: 1,
      size_vram: 0,
      digest: '0'.repeat(64),
      expires_at: '2318-04-11T23:47:16.854775807+01:00',
      details,
    }
    expect(ps(model, '0.9.6')).toEqual([])
    expect(ps({ ...model, context_length: 4096 }, '0.9.6')).toHaveLength(1)
    expect(ps(model, '0.10.0')).toHaveLength(1)
    expect(ps({ ...model, context_length: 4096 }, '0.10.0')).toEqual([])
    expect(ps({ ...model, digest: `sha256:${'0'.repeat(64)}` }, '0.9.6')).toHaveLength(1)
  })

  test('a release candidate comes before its release, a version from the future as the newest', () => {
    const tags = (version: string) => schemaFor('ollama/generate/last.json', version, false)
    expect(tags('0.30.0-rc1').required).toContain('eval_count')
    expect(tags('9.0.0').required).not.toContain('eval_count')
  })
})

describe('closed and open', () => {
  test('an unknown property is a problem for Ollama and none for other servers', () => {
    const strange = { ...last, surprise: { a: 1 } }
    expect(validateMessage(record(strange))).toMatchObject([
      { message: 'generate/last', place: '/surprise', kind: 'added', found: '{"a":1}' },
    ])
    expect(validateMessage(record(strange, { open: true }))).toEqual([])
  })

  test('a missing or mistyped property is a problem for both', () => {
    for (const open of [false, true]) {
      expect(validateMessage(record({ ...last, model: undefined }, { open }))).toHaveLength(1)
      expect(validateMessage(record({ ...last, eval_count: '2' }, { open }))).toHaveLength(1)
    }
  })

  test('what is marked x-exact binds Ollama only', () => {
    const root = (open: boolean) =>
      validateMessage(
        response('Other is running', { method: 'GET', path: '/', contentType: 'text/plain', open }),
      )
    expect(root(false)).toHaveLength(1)
    expect(root(true)).toEqual([])
    // A text that Ollama leaves out where it is empty.
    const thinking = (open: boolean) => validateMessage(record({ ...chunk, thinking: '' }, { open }))
    expect(thinking(false)).toHaveLength(1)
    expect(thinking(true)).toEqual([])
  })
})

describe('dispatch', () => {
  test('`where` compares what is inside a property too', () => {
    const change = { path: '/v1/messages', contentType: 'text/event-stream' }
    const delta = (delta: object) =>
      validateMessage(record({ type: 'content_block_delta', index: 0, delta }, change))
    expect(delta({ type: 'text_delta', text: 'a' })).toEqual([])
    expect(delta({ type: 'thinking_delta', thinking: 'a' })).toEqual([])
    expect(delta({ type: 'thinking_delta', text: 'a' })).toMatchObject([
      { message: 'messages/event-content-block-delta-thinking', place: '/delta/thinking', kind: 'missing' },
      { message: 'messages/event-content-block-delta-thinking', place: '/delta/text', kind: 'added' },
    ])
    expect(delta({ type: 'signature_delta' })).toMatchObject([
      { message: 'POST /v1/messages', place: '', kind: 'added' },
    ])
  })

  test('records are held to chunk.json or last.json by done', () => {
    expect(validateMessage(record(chunk))).toEqual([])
    expect(validateMessage(record(last))).toEqual([])
    expect(problemsOf(record({ ...chunk, done: true })).join()).toContain('generate/last')
    expect(problemsOf(record({ ...last, done: false })).join()).toContain('generate/chunk')
    expect(problemsOf(record({ ...last, done: undefined })).join()).toContain('/done: missing')
  })

  test('an NDJSON error is a record of its own, with a status before 0.12.6', () => {
    expect(validateMessage(record({ error: 'no' }))).toEqual([])
    expect(validateMessage(record({ error: 'no', status: 400 }))).toHaveLength(1)
    expect(validateMessage(record({ error: 'no', status: 400 }, { version: '0.12.5' }))).toEqual([])
  })

  test('load, unload, debug and cut-off answers have forms of their own', () => {
    const loaded = { ...chunk, response: '', done: true, done_reason: 'load' }
    expect(validateMessage(response(loaded))).toEqual([])
    expect(problemsOf(response({ ...loaded, eval_count: 1 })).join()).toContain('generate/loaded')
    expect(
      validateMessage(response({ ...chunk, response: '', _debug_info: { rendered_template: 'x' } })),
    ).toEqual([])
    expect(validateMessage(response(chunk))).toEqual([])
    expect(validateMessage(response(last))).toEqual([])
  })

  test('server-sent events: text, usage and the end', () => {
    const event = (body: unknown) =>
      problemsOf({
        ...common,
        path: '/v1/completions',
        part: 'record',
        status: 200,
        contentType: 'text/event-stream',
        body,
      })
    const head = {
      id: 'cmpl-7',
      object: 'text_completion',
      created: 1,
      model: 'm',
      system_fingerprint: 'fp_ollama',
    }
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
    expect(event({ ...head, choices: [{ text: 'a', index: 0, finish_reason: null }] })).toEqual([])
    expect(event({ ...head, choices: [], usage })).toEqual([])
    expect(event({ ...head, choices: [] }).join()).toContain('legacy-completions/usage at /usage')
    expect(event('[DONE]')).toEqual([])
    expect(event('[END]')).toHaveLength(1)
  })

  test('the error of each API by status class', () => {
    const openai = { error: { message: 'no', type: 'api_error', param: null, code: null } }
    expect(validateMessage(response({ error: 'no' }, { status: 404 }))).toEqual([])
    expect(validateMessage(response(openai, { status: 404 }))).toHaveLength(1)
    expect(validateMessage(response(openai, { status: 503, path: '/v1/completions' }))).toEqual([])
  })

  test('empty bodies, text, HEAD and blobs', () => {
    const digest = `/api/blobs/sha256:${'0'.repeat(64)}`
    const empty = { contentType: undefined, path: digest }
    expect(validateMessage(response(undefined, { ...empty, status: 201 }))).toEqual([])
    expect(validateMessage(response('x', { ...empty, status: 201 }))).toHaveLength(1)
    expect(validateMessage(response(undefined, { ...empty, status: 404, method: 'HEAD' }))).toEqual([])
    expect(validateMessage(request(undefined, { method: 'HEAD', path: digest }))).toEqual([])
    expect(validateMessage(request('bytes', { path: digest }))).toEqual([])
    expect(problemsOf(response(undefined))).toEqual([
      'generate/response: missing, found no body; there is one',
    ])
    expect(validateMessage(response('a\nb', { contentType: 'application/x-ndjson' }))).toEqual([])
    const lost = { method: 'GET', path: '/nope', contentType: 'text/plain', status: 404 }
    expect(validateMessage(response('404 page not found', lost))).toEqual([])
  })

  test('times have a date, up to nine digits of a second, and a zone', () => {
    const at = (created_at: string) => validateMessage(record({ ...chunk, created_at }))
    expect(at('2026-01-02T03:04:05.1Z')).toEqual([])
    for (const bad of ['2026-01-02', '2026-13-02T03:04:05Z', '2026-01-02T03:04:05.0123456789Z', 'now']) {
      expect(at(bad)).toHaveLength(1)
    }
  })
})

describe('problems', () => {
  test('name the message, the place, what was found and the rule, in one line', () => {
    expect(problemsOf(record({ ...last, model: 5 }, { version: '0.5.7' }))).toEqual([
      'generate/last at /model: of the wrong type, found 5; must be string, every version',
    ])
    expect(problemsOf(record({ ...last, done_reason: 'x'.repeat(500) }))[0]).toMatch(
      /^generate\/last at \/done_reason: not known, found "x{116}…; must be equal to one of the allowed values \["stop","length"\], every version$/,
    )
  })

  test('all of them are reported, one per cause', () => {
    expect(kindsOf(record({ ...chunk, model: 1, one: 1, two: 2 })).sort()).toEqual(['added', 'added', 'type'])
  })

  test('one more word is an addition, to other servers a wrong value', () => {
    const strange = (open: boolean) => kindsOf(record({ ...last, done_reason: 'tired' }, { open }))
    expect([strange(false), strange(true)]).toEqual([['added'], ['value']])
  })
})

describe('what no schema is for', () => {
  test.each([
    ['a status', response({}, { status: 302 }), 'route', 'POST /api/generate: not known, found status 302; '],
    [
      'a content type',
      response('<html>', { contentType: 'text/html' }),
      'route',
      'POST /api/generate: not known, found content type text/html; application/json or application/x-ndjson with',
    ],
    ['no content type', response(undefined, { contentType: undefined }), 'route', 'found content type none'],
    [
      'a route that answers',
      response({}, { path: '/api/imagine' }),
      'added',
      'POST /api/imagine: not known, found status 200; there is no such route at 0.24.0',
    ],
    ['a route that fails', response({}, { path: '/api/imagine', status: 500 }), 'route', 'status 500'],
  ])('%s', (_, message, kind, text) => {
    expect(validateMessage(message)).toMatchObject([{ kind, place: '' }])
    expect(problemsOf(message)[0]).toContain(text)
  })

  test('a request that no version takes is an error of the suite, in one line', () => {
    for (const body of [
      { model: 'm', options: { mirostat: '1' } },
      { model: 'm', format: 'xml' },
    ]) {
      expect(() => validateMessage(request(body))).toThrow(
        expect.objectContaining({
          name: 'SuiteError',
          message: expect.stringMatching(
            /^the check sends POST \/api\/generate as no version takes it: generate\/request at \/[^\n]*$/,
          ),
        }),
      )
    }
    expect(() => validateMessage(request({}, { path: '/api/imagine' }))).toThrow('no version has this route')
  })
})
