import { expect, test } from 'vitest'
import type { Statement } from '../ledger/ledger.ts'
import type { StoredExchange } from '../recording/recording.ts'
import type { Procedure } from '../run/judge.ts'
import { bitesOf, Recorded } from './bites.ts'
import { sumOf } from './tried.ts'

const BODY = { model: 'm', messages: [{ role: 'user' as const, content: 'a' }] }

const record = (content: string, more: object = { done: false }) =>
  `${JSON.stringify({ model: 'm', created_at: '2026-11-26T22:00:00Z', message: { role: 'assistant', content }, ...more })}\n`

const LAST = {
  done_reason: 'length',
  done: true,
  total_duration: 9,
  load_duration: 1,
  prompt_eval_count: 1,
  prompt_eval_duration: 1,
  eval_count: 2,
  eval_duration: 1,
}

const recorded: StoredExchange = {
  request: {
    method: 'POST',
    path: '/api/chat',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(BODY),
  },
  response: {
    status: 200,
    headers: [
      ['Content-Type', 'application/x-ndjson'],
      ['Date', 'Thu, 26 Nov 2026 22:00:00 GMT'],
    ],
    chunks: [record('b'), record('c'), record('', LAST)].map((line, index) => [index, line]),
  },
  end: 'complete',
}

const statement = {
  id: 'chat.demo',
  area: 'chat',
  system: 'ollama',
  values: [{ value: { text: 'bc', eval_count: 2 } }],
} as unknown as Statement

const recording = new Recorded({ chat: { 'chat.demo': [recorded] } }, () => statement)

const run = (procedure: Procedure, oneOf = 1) =>
  bitesOf({ statement, procedure, system: 'ollama', version: '0.24.0', recording, oneOf })

const sound: Procedure = async ({ post }) => {
  const { records } = await post('/api/chat', BODY)
  const text = records.map(({ message }) => message.content).join('')
  return { text, eval_count: records.at(-1).eval_count }
}

const names = (survivors: { name: string; place: string }[]) =>
  survivors.map(({ name, place }) => `${name} at ${place}`)

test('what a check looks at is noticed, by it or by what every exchange is held to', async () => {
  const bites = await run(sound)
  expect(bites).toMatchObject({ bites: true, split: [] })
  expect(bites.problem).toBeUndefined()
  expect(bites.noticed.check).toBeGreaterThan(5)
  expect(names(bites.survivors)).not.toContain('a text by a character at records[0].message.content')
  expect(names(bites.survivors)).toContain('a count by one at records[2].prompt_eval_count')
})

test('a check that is weakened lets through what it noticed before', async () => {
  const weak: Procedure = async ({ post }) => {
    const { records } = await post('/api/chat', BODY)
    return { text: 'bc', eval_count: records.at(-1).eval_count }
  }
  expect(names((await run(weak)).survivors)).toContain('a text by a character at records[0].message.content')
})

test('a check that looks at nothing is named', async () => {
  const toothless = await run(async ({ post }) => {
    await post('/api/chat', BODY)
    return { text: 'bc', eval_count: 2 }
  })
  expect(toothless.bites).toBe(false)
  const { problems } = sumOf([toothless], [], 1, [])
  expect(problems).toEqual(['chat.demo notices nothing, whatever its exchanges are changed to'])
})

test('that a check looks at nothing is seen of those outside a sample too', async () => {
  const outside = 2 ** 31
  const toothless: Procedure = async ({ post }) => {
    await post('/api/chat', BODY)
    return { text: 'bc', eval_count: 2 }
  }
  expect(await run(toothless, outside)).toMatchObject({ bites: false, survivors: [] })
  expect(await run(sound, outside)).toMatchObject({ bites: true, survivors: [], noticed: { check: 0 } })
})

test('a check that does not hold over its own recording is named', async () => {
  const { problem } = await run(async () => 'something else')
  expect(problem).toBe('"something else"')
})

test('a check that waits for what never comes ends', async () => {
  const { problem } = await run(async ({ post }) => {
    await post.start('/api/chat', BODY).ended
    return new Promise(() => {})
  })
  expect(problem).toContain('waits for what never comes')
})

test('a survivor is taken away when another check notices the same change of the same answer', async () => {
  const weak = await run(async ({ post }) => {
    const { records } = await post('/api/chat', BODY)
    return { text: 'bc', eval_count: records.length > 1 ? 2 : 0 }
  })
  const strong = await run(sound)
  expect(weak.survivors.length).toBeGreaterThan(strong.survivors.length)
  expect(sumOf([weak, strong], [], 1, []).survivors).toHaveLength(2 * strong.survivors.length)
})
