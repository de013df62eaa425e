import { describe, expect, test } from 'vitest'
import { fold, unfold } from './area-file.ts'
import type { StoredArea, StoredBytes, StoredExchange } from './stored.ts'

const DATE: [string, string] = ['Date', 'Fri, 27 Nov 2026 03:50:40 GMT']
const JSON_ANSWER: [string, string][] = [['Content-Type', 'application/json; charset=utf-8'], DATE]

const answered = (...texts: string[]): StoredExchange[] =>
  texts.map((text) => ({
    request: { method: 'GET', path: '/api/tags', headers: {} },
    response: { status: 200, headers: JSON_ANSWER, chunks: [[1, text]] },
    end: 'complete',
  }))

const written = (area: StoredArea) => JSON.stringify(fold(area))

/** @returns the exchanges of the one statement of the file */
const only = (area: StoredArea) => JSON.parse(written(area))['a.b']

function expectBack(area: StoredArea): void {
  expect(unfold(JSON.parse(written(area)))).toEqual(area)
}

test('an exchange is its request line with the body, and its status line with the chunks', () => {
  const area: StoredArea = {
    'a.b': [
      {
        request: {
          method: 'POST',
          path: '/api/chat',
          headers: { 'content-type': 'application/json' },
          body: '{"model":"m","messages":[]}',
        },
        response: {
          status: 200,
          headers: [...JSON_ANSWER, ['Content-Length', '16']],
          chunks: [[12, '{"message":"a"}\n']],
        },
        end: 'complete',
      },
      {
        request: { method: 'GET', path: '/', headers: { accept: '*/*' }, wrong: true, aside: true },
        end: 'refused',
      },
    ],
  }
  expect(fold(area)).toEqual({
    'sets of headers': {
      json: [
        ['Content-Type', 'application/json; charset=utf-8'],
        ['Date', 'Fri, 27 Nov 2026 ⋯ GMT'],
        ['Content-Length', '⋯'],
      ],
      request: { accept: '*/*' },
    },
    'a.b': [
      {
        'POST /api/chat': { model: 'm', messages: [] },
        '200 json 03:50:40': [[12, '{"message":"a"}\n']],
      },
      { 'GET /': null, headers: 'request', wrong: true, aside: true, end: 'refused' },
    ],
  })
  expectBack(area)
})

describe('what answers have in common stands once', () => {
  const model = (name: string) => `{"name":"${name}","digest":"${'0'.repeat(100)}"}`
  const list = (...names: string[]) => `{"models":[${names.map(model).join(',')}]}`

  test('an entry of a list', () => {
    const area = {
      'a.b': answered(list('first', 'x', 'last'), list('first', 'x', 'y', 'last')),
      'a.c': answered(list('first', 'x', 'last'), 'no list'),
    }
    expect(written(area).split(JSON.stringify(model('x')).slice(1, -1))).toHaveLength(2)
    expectBack(area)
  })

  test('a record of which a letter and the time differ', () => {
    const record = (letter: string, second: number) =>
      `{"model":"conformance/successor","created_at":"2026-11-27T03:50:${second}Z","message":{"content":"${letter}"},"done":false}\n`
    const area = { 'a.b': answered(record('a', 10), record('b', 11), record('c', 12)) }
    expect(Object.values(fold(area)['forms of answers'] as object)).toEqual([
      '{"model":"conformance/successor","created_at":⋯,"message":{"content":⋯},"done":false}\n',
    ])
    const [first] = only(area)
    expect(first['200 json 03:50:40'][0][1].slice(1)).toEqual(['2026-11-27T03:50:10Z', 'a'])
    expectBack(area)
  })

  test('under the same name, whatever else is in the file', () => {
    const often = answered(...Array.from({ length: 9 }, () => list('x')))
    const names = (area: StoredArea) => Object.keys(fold(area)['forms of answers'] as object)
    const [name] = names({ 'a.b': often })
    expect(name).toMatch(/^[a-p]{4}$/)
    expect(names({ 'a.a': answered(list('y'), list('y'), list('y')), 'a.b': often })).toContain(name)
  })

  test('but what is short, or comes once', () => {
    expect(fold({ 'a.b': answered(list('once'), ...Array(9).fill('{"id":"a"}')) })).not.toHaveProperty(
      'forms of answers',
    )
  })
})

test('a long body that is sent again stands once', () => {
  const asking = (body: string): StoredExchange => ({
    request: { method: 'POST', path: '/api/chat', headers: { 'content-type': 'application/json' }, body },
    end: 'refused',
  })
  const [long, once] = ['a', 'b'].map((letter) => `{"prompt":"${letter.repeat(200)}"}`) as [string, string]
  const short = '{"prompt":"c"}'
  const area = { 'a.b': [long, once, short, long, short].map(asking), 'a.c': [asking(long)] }
  const { 'bodies of requests': bodies } = fold(area)
  expect(Object.values(bodies as object)).toEqual([JSON.parse(long)])
  expect(only(area).map((exchange: object) => Object.values(exchange)[0])).toEqual([
    ['body', Object.keys(bodies as object)[0]],
    JSON.parse(once),
    JSON.parse(short),
    ['body', Object.keys(bodies as object)[0]],
    JSON.parse(short),
  ])
  expectBack(area)
})

test.each<[string, StoredBytes]>([
  ['no text', { base64: '/w==' }],
  ['only known by a digest', { bytes: 30_000, sha256: 'ab' }],
  ['empty', ''],
  ['no JSON', '{"model":'],
  ['JSON with blanks', '{ "model": "m" }'],
  ['JSON that is no object', '[{"a":1}]'],
  ['a text of JSON', '"base64"'],
  ['nothing', 'null'],
  ['an escape that need not be', '{"a":"\\u003c"}'],
  ['a key twice', '{"a":1,"a":2}'],
  ['keys that are numbers', '{"b":1,"2":1,"1":1}'],
  ['a number that no float is', '{"a":12345678901234567890,"b":1.0,"c":-0}'],
  ['a hole', '{"a":"⋯","b":⋯}'],
])('bytes come back that are %s', (_, bytes) => {
  const headers = { 'content-type': 'application/json' }
  const exchange = (chunks: StoredBytes[]): StoredExchange => ({
    request: { method: 'POST', path: '/api/chat', headers, body: bytes },
    response: {
      status: 200,
      headers: [DATE],
      chunks: chunks.map((bytes, t): [number, StoredBytes] => [t, bytes]),
    },
    end: 'cut',
  })
  const long = typeof bytes === 'string' ? `{"long":"${'-'.repeat(100)}","bytes":${bytes}}` : bytes
  expectBack({ 'a.b': [exchange([]), exchange([bytes, long, long]), exchange(Array(9).fill(bytes))] })
})

test.each<[string, [string, string][]]>([
  ['none', []],
  ['two dates', [DATE, DATE]],
  ['a date that is none', [['date', 'today']]],
  ['another length', [['Content-Length', '7']]],
  [
    'a hole',
    [
      ['Date', '⋯ 03:50:40'],
      ['x-a', '⋯'],
    ],
  ],
])('headers come back that are %s', (_, headers) => {
  const request = { method: 'HEAD', path: '/', headers: { 'content-type': 'text/plain' } }
  expectBack({ 'a.b': [{ request, response: { status: 200, headers, chunks: [] }, end: 'complete' }] })
})

test('entries that follow each other again and again have a name together', () => {
  const entry = (name: string) =>
    `{"name":"${name}","of":"${'a long list of models that are always there '.repeat(2)}"}`
  const list = (first: string) =>
    `{"models":[${[first, 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(entry).join(',')}]}`
  const area: StoredArea = { 'a.b': answered(...'stuvwxyz'.split('').map(list)) }
  expectBack(area)
  const forms = Object.values(JSON.parse(written(area))['forms of answers'])
  expect(forms.filter((form) => Array.isArray(form))).toHaveLength(1)
})
