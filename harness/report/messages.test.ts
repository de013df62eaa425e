import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import { recordedVersions } from '../recording/recording.ts'
import { unfold } from '../recording/area-file.ts'
import { Checkout } from '../testing/checkout.ts'
import { messageLines } from './messages.ts'
import type { MessageResult, Results } from './results.ts'

const NEWEST = recordedVersions('ollama').at(-1) as string

/** The suites on the newest replay, in which the last record of every answer is another; in a folder of its own. */
async function runWith(change: (last: string) => string): Promise<{ output: string; results: Results }> {
  const checkout = new Checkout({})
  const recording = `fixtures/recordings/ollama/${NEWEST}`
  for (const part of ['specs', 'suites', recording])
    cpSync(fromRoot(part), join(checkout.folder, part), { recursive: true })
  for (const file of readdirSync(join(checkout.folder, recording))) {
    const path = join(checkout.folder, recording, file)
    const stored = JSON.parse(readFileSync(path, 'utf8'))
    const whole = file === 'recording.json' ? stored : unfold(stored)
    const areas = JSON.parse(JSON.stringify(whole), (_, value) => {
      if (!value?.response?.chunks || !/^\/api\/(generate|chat)$/.test(value.request.path)) return value
      const { response } = value
      const chunks = response.chunks.map(([t, bytes]: [number, unknown]) => [
        t,
        typeof bytes === 'string' ? bytes.replaceAll(/\{.*"done":true.*\}/g, change) : bytes,
      ])
      const length = Buffer.byteLength(chunks.map(([, text]: [number, string]) => text).join(''))
      const headers = response.headers.map(([name, text]: [string, string]) => [
        name,
        name === 'Content-Length' ? String(length) : text,
      ])
      return { ...value, response: { ...response, headers, chunks } }
    })
    writeFileSync(path, JSON.stringify(areas))
  }
  const { code, output } = await checkout.run({ OLLAMA_TARGET: `replay:${NEWEST}` })
  expect(code, output.slice(-3000)).toBe(1)
  return { output, results: checkout.results(`ollama-${NEWEST}-replay`) }
}

describe('a change in every last record', { timeout: 300_000 }, () => {
  test('one field more is one finding for each message; only what lists the keys fails', async () => {
    const { output, results } = await runWith((last) =>
      last.replace('"done":true', '"cached_count":3,"done":true'),
    )
    expect(results.totals).toMatchObject({ error: 0 })
    const failed = results.statements.filter(({ status }) => status === 'fail')
    expect(failed.length).toBeGreaterThan(0)
    expect(failed.length).toBeLessThan(results.statements.length / 100)
    // As a key, in a list of keys, in a text that holds the record.
    for (const { id, observed, expected } of failed) {
      const without = JSON.stringify(observed).replaceAll(/\\?"cached_count\\?"(:3)?,|\bcached_count /g, '')
      expect(JSON.parse(without), id).toEqual(expected)
    }
    const findings = results.messages.filter(({ status }) => status !== 'pass')
    expect(findings.map(({ id }) => id)).toEqual([
      'chat/last',
      'chat/loaded',
      'chat/response',
      'generate/last',
      'generate/loaded',
      'generate/response',
    ])
    for (const { status, problems } of findings) {
      expect(status).toBe('added')
      expect(problems).toMatchObject([{ place: '/cached_count', kind: 'added', found: '3' }])
    }
    // On the terminal: a block of at most ten lines for each.
    for (const block of output.split('\nmessage ').slice(1)) {
      expect(
        block.split('\nollama-conformance')[0]?.split('\n\n')[0]?.split('\n').length,
      ).toBeLessThanOrEqual(10)
    }
  })

  test('one field less is one finding that names it, and whoever needs it says so', async () => {
    const { output, results } = await runWith((last) => last.replace(/"eval_count":\d+,?/, ''))
    const findings = results.messages.filter(({ status }) => status === 'fail')
    expect(findings.map(({ id }) => id)).toEqual([
      'chat/last',
      'chat/response',
      'generate/last',
      'generate/response',
    ])
    for (const { problems } of findings) {
      expect(problems).toMatchObject([{ place: '/eval_count', kind: 'missing' }])
    }
    for (const { status, message } of results.statements) {
      if (status === 'fail') expect(message).toContain('a message is broken: ')
    }
    expect(output).not.toContain('TypeError')
  })
})

test('the curl of a finding asks the server that was asked, where it outlives the run', () => {
  const result = {
    id: 'tags/response',
    status: 'fail',
    problems: [
      {
        kind: 'missing',
        place: '/models/*/model',
        found: '[]',
        rule: 'always there',
        count: 1,
        statements: ['models.tags.entry'],
        evidence: {
          request: { method: 'GET', path: '/api/tags', headers: {} },
          response: { status: 200, headers: [], chunks: [[0, '{}']] },
          end: 'complete',
        },
      },
    ],
  } as unknown as MessageResult
  const target = { system: 'ollama', version: NEWEST, url: 'http://box:8080' } as const
  expect(messageLines(result, { ...target, kind: 'url' }).join('\n')).toContain(' http://box:8080/api/tags\n')
  expect(messageLines(result, { ...target, kind: 'container' }).join('\n')).toContain(
    ' http://127.0.0.1:11434/api/tags\n',
  )
})
