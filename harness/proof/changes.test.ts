import { expect, test } from 'vitest'
import { type Answer, bodyOf } from './answer.ts'
import { changesOf, splitElsewhere } from './changes.ts'

const stream = (type: string, ...parts: string[]): Answer => ({
  status: 200,
  headers: [['Content-Type', type]],
  chunks: parts.map((part) => Buffer.from(part)),
  end: 'complete',
})

const LINES = stream(
  'application/x-ndjson',
  '{"id":"1","n":1}\n{"id":"1",',
  '"n":2}\n{"id":"1","done":true}\n',
)
const EVENTS = stream('text/event-stream', 'data: {"n":1}\n\n', 'data: [DONE]\n\n')

const around = { schemaOf: () => undefined, before: undefined, without: new Map(), with: new Map() }
const textOf = ({ chunks }: Answer) => Buffer.concat(chunks).toString()

test.each([LINES, EVENTS])('the parts of a body are the body', (answer) => {
  expect(
    bodyOf(answer)
      .parts.map(({ text }) => text)
      .join(''),
  ).toBe(textOf(answer))
})

test('every change changes something, and its name says what', () => {
  for (const answer of [LINES, EVENTS]) {
    for (const { answer: changed } of changesOf(answer, around))
      expect([changed.status, changed.headers, textOf(changed)]).not.toEqual([
        answer.status,
        answer.headers,
        textOf(answer),
      ])
  }
  const names = new Set([...changesOf(LINES, around)].map(({ name }) => name))
  for (const name of [
    'another status',
    'a header dropped',
    'a header changed',
    'a count by one',
    'a field dropped',
    'the same other value everywhere',
    'a record lost',
    'a record doubled',
    'two records swapped',
    'cut after a record',
    'the last record earlier',
    'an error appended',
  ])
    expect(names).toContain(name)
})

test('a changed record is written as it was', () => {
  const [changed] = [...changesOf(EVENTS, around)].filter(({ name }) => name === 'a count by one')
  expect(changed && textOf(changed.answer)).toBe('data: {"n":2}\n\ndata: [DONE]\n\n')
})

test('chunks that are split elsewhere are the same bytes', () => {
  expect(textOf(splitElsewhere(LINES))).toBe(textOf(LINES))
  expect(splitElsewhere(LINES).chunks).not.toEqual(LINES.chunks)
})

test('an hour later than the last of a day is tomorrow', () => {
  const answer = stream('application/json', '{"created_at":"2026-12-31T23:30:00.5+01:00"}')
  const times = [...changesOf(answer, around)]
    .filter(({ name }) => name.startsWith('a time by an hour'))
    .map(({ answer: changed }) => JSON.parse(textOf(changed)).created_at)
  expect(times).toEqual(['2027-01-01T00:30:00.5+01:00'])
})
