import { createHash } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { changesBetween } from '../gate/changes.ts'
import { spanOf } from '../gate/span.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import type { StoredExchange } from '../recording/recording.ts'
import { otherwise, recordedResults } from '../testing/results.ts'
import { type ReportData, reportData, reportPage } from './html.ts'

const ledger = await compiledLedger()
const whole = recordedResults('0.32.15')

const HOSTILE = '</script><script>alert(1)</script><!-- <script> $& {{data}} <!-- data -->'

const answering = (...chunks: string[]): StoredExchange => ({
  request: { method: 'POST', path: '/api/chat', headers: {}, body: `{"model":"it's"}` },
  response: {
    status: 200,
    headers: [['Content-Type', HOSTILE]],
    chunks: chunks.map((text, index) => [index * 10, text]),
  },
  end: 'complete',
})

const statementsOf = (data: ReportData) => data.groups.flatMap(({ statements }) => statements)
const inPage = (html: string): ReportData => {
  const packed = html.match(/<script type="text\/plain" id="data">(.*)<\/script>/)?.[1] ?? ''
  return JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString())
}

test('a whole run is one page of less than 3 MB that loads nothing', () => {
  const html = reportPage(whole, ledger)
  expect(html.length).toBeLessThan(3_000_000)
  expect(html).not.toMatch(/<(?:script|img|link|iframe)[^>]* (?:src|href)="(?!data:)/)
  expect(html).toContain('<title>Ollama 0.32.15 · ollama-conformance</title>')
  expect(statementsOf(inPage(html))).toHaveLength(whole.statements.length)
})

test('statements stand under their endpoints, with what the ledger says of them', () => {
  const data = reportData(whole, ledger, new Set(['chat.answer.keys']))
  expect(data.groups.slice(0, 3).map(({ name }) => name)).toEqual(['GET /', 'HEAD /', 'GET /api/version'])
  const chat = data.groups.find(({ name }) => name === 'POST /api/chat')
  expect(chat?.statements.find(({ id }) => id === 'chat.answer.keys')).toMatchObject({
    tier: 'exact',
    relied: true,
    same: true,
    sources: [
      {
        text: 'api/types.go:ChatResponse@v0.32.15',
        link: 'https://github.com/ollama/ollama/blob/v0.32.15/api/types.go',
      },
    ],
    place: expect.stringMatching(/^specs\/ollama\/chat\.yaml:\d+$/),
    values: [
      { range: 'before 0.12.0', now: false, means: expect.any(String) },
      { range: '0.12.0 and up', now: true },
    ],
  })
  expect(data.changed).toMatchObject({ since: '0.24.0' })
  expect(data.changed?.statements.map(({ id }) => id)).toContain('chat.images')
  // Where only the check begins, nothing came.
  const { changes } = changesBetween(ledger, spanOf('0.24.0', '0.32.15'))
  expect(data.changed?.statements.map(({ id }) => id).sort()).toEqual(
    changes.flatMap((one) => (one.kind === 'statement' ? one.id : [])).sort(),
  )
})

test('what a server answers stays data', () => {
  const html = reportPage(
    otherwise(whole, {
      'chat.answer.whole': { status: 'fail', message: HOSTILE, evidence: [answering(HOSTILE)] },
    }),
    ledger,
  )
  expect(html.match(/<\/script>/g)).toHaveLength(2)
  expect(html).not.toContain('alert(1)</script>')
  const shown = statementsOf(inPage(html)).find(({ id }) => id === 'chat.answer.whole')
  expect(shown?.exchanges[0]?.body).toBe(HOSTILE)
  expect(shown?.message).toBe(HOSTILE)
})

test('the policy allows the one style and the one script, by their digests', () => {
  const html = reportPage(whole, ledger)
  const policy = html.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)?.[1]
  const digest = (text: string | undefined) =>
    `'sha256-${createHash('sha256')
      .update(text ?? '')
      .digest('base64')}'`
  expect(policy).toContain(`style-src ${digest(html.match(/<style>([\s\S]*?)<\/style>/)?.[1])};`)
  expect(policy).toContain(
    `script-src ${digest(html.match(/<script type="module">([\s\S]*?)<\/script>/)?.[1])};`,
  )
  expect(policy).toMatch(/^default-src 'none';/)
})

test('long answers are cut, those of a failing statement are not', () => {
  const long = 'x'.repeat(50_000)
  const evidence = [answering(long)]
  const data = reportData(
    otherwise(whole, { 'chat.answer.whole': { evidence }, 'chat.answer.keys': { evidence, status: 'fail' } }),
    ledger,
    new Set(),
  )
  const [passing, failing] = ['chat.answer.whole', 'chat.answer.keys'].map(
    (id) => statementsOf(data).find((one) => one.id === id)?.exchanges[0],
  )
  expect(passing).toMatchObject({ length: 50_000 })
  expect(passing?.body.length).toBeLessThan(5_000)
  expect(failing?.body).toBe(long)
  const many = otherwise(whole, Object.fromEntries(whole.statements.map(({ id }) => [id, { evidence }])))
  expect(reportPage(many, ledger).length).toBeLessThan(6_000_000)
})

test('a stream tells where in its text each chunk ended', () => {
  const euro = Buffer.from('€')
  const exchange = answering('{"a":1}\n', '')
  exchange.response?.chunks.splice(
    1,
    1,
    [10, { base64: euro.subarray(0, 1).toString('base64') }],
    [20, { base64: euro.subarray(1).toString('base64') }],
  )
  const data = reportData(
    otherwise(whole, { 'chat.answer.whole': { evidence: [exchange] } }),
    ledger,
    new Set(),
  )
  expect(statementsOf(data).find(({ id }) => id === 'chat.answer.whole')?.exchanges).toMatchObject([
    {
      request: 'POST /api/chat',
      curl: expect.stringContaining(`--data-raw '{"model":"it'\\''s"}'`),
      body: '{"a":1}\n€',
      chunks: [
        [0, 8],
        [10, 8],
        [20, 9],
      ],
    },
  ])
})

test('results of another time are shown too', () => {
  const { messages: _, ...old } = whole
  const unknown = { ...(whole.statements[0] as (typeof whole.statements)[0]), id: 'gone.by.now' }
  const data = reportData({ ...old, statements: [unknown] } as never, ledger, new Set())
  expect(data.groups).toMatchObject([{ name: 'Area gone', statements: [{ text: 'gone.by.now' }] }])
  expect(data.messages).toEqual([])
})
