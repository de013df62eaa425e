import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import { parseConfig } from '../config/config.ts'
import { expectedValue, loadLedger, type Statement } from '../ledger/ledger.ts'
import { recordedVersions } from '../recording/recording.ts'
import { type Change, changesBetween, statementChange } from './changes.ts'
import { fromLedger } from './from-ledger.ts'
import { relianceOf } from './relies.ts'
import { asJson, asMarkdown, asText, sorted, speaksAgainst } from './show.ts'
import { spanOf } from './span.ts'
import { sentenceOf } from './words.ts'

const ledger = loadLedger()
const between = (from: string, to: string) => changesBetween(ledger, spanOf(from, to))
const sentences = (changes: readonly Change[]) =>
  changes.map((change) => `${change.verdict} ${change.endpoints[0]}: ${sentenceOf(change)}`)

describe('what is known to have changed', () => {
  const { changes } = between('0.24.0', '0.32.15')
  const statement = (id: string) => changes.find((change) => change.kind === 'statement' && change.id === id)

  test('a default, with both values', () => {
    const row = ledger.get('options.repeat_penalty.default') as Statement
    const value = (version: string) => expect.objectContaining({ value: expectedValue(row, version) })
    expect(statement(row.id)).toMatchObject({
      verdict: 'breaks',
      change: 'moved',
      was: value('0.24.0'),
      is: value('0.32.15'),
    })
  })

  test('what is refused now breaks, what is accepted now adds', () => {
    expect(statement('options.num_keep.negative')).toMatchObject({ verdict: 'breaks', change: 'refused' })
    expect(statement('responses.history.search')).toMatchObject({ verdict: 'adds', change: 'accepted' })
  })

  test('routes, fields, values and events', () => {
    const said = sentences(changes)
    expect(said).toContain(
      'breaks POST /v1/images/edits: The route is gone: Change an image, as OpenAI does.',
    )
    expect(said).toContain(
      'breaks POST /api/generate: The field `width` of the request is gone: width of a generated image, in pixels.',
    )
    expect(said).toContainEqual(
      expect.stringMatching(/^breaks .*`choices.delta.role` of the event is no longer always there/),
    )
    expect(said).toContainEqual(
      expect.stringMatching(/^adds .*`reasoning_effort` .*may be "minimal", "xhigh", "ultra" now/),
    )
    expect(said).toContain('adds POST /v1/responses: New event `response.failed` in the stream.')
  })

  test('a field of a schema that several endpoints share is told once', () => {
    const found = changes.filter(
      (change) => change.kind === 'surface' && change.field === 'options.draft_num_predict',
    )
    expect(found).toHaveLength(1)
    expect(found[0]?.endpoints).toContain('POST /api/chat')
    expect(found[0]?.endpoints).toContain('POST /api/generate')
  })

  test('what breaks comes before what adds', () => {
    const verdicts = changes.map(({ verdict }) => verdict)
    expect(verdicts.lastIndexOf('breaks')).toBeLessThan(verdicts.indexOf('adds'))
  })
})

test('nothing changes between a version and itself, nor between 0.16.3 and 0.17.0', () => {
  for (const version of recordedVersions('ollama')) expect(between(version, version).changes).toEqual([])
  expect(between('0.16.3', '0.17.0').changes).toEqual([])
})

test('the way back is the same changes, turned round', () => {
  const turned: Record<string, string> = {
    came: 'went',
    went: 'came',
    required: 'optional',
    optional: 'required',
    refused: 'accepted',
    accepted: 'refused',
    moved: 'moved',
  }
  const key = (change: Change, event: string) =>
    change.kind === 'statement'
      ? `${change.id} ${event}`
      : JSON.stringify([change.endpoints[0], change.part, change.side, change.field, change.what, event])
  const eventOf = (change: Change) => (change.kind === 'statement' ? change.change : change.event)
  const there = between('0.5.7', '0.32.15').changes.map((change) => key(change, eventOf(change)))
  const back = between('0.32.15', '0.5.7').changes.map((change) =>
    key(change, turned[eventOf(change)] as string),
  )
  expect(back.sort()).toEqual(there.sort())
})

describe('which versions', () => {
  test('one newer than what was measured is said to be', () => {
    expect(spanOf('0.32.15', '99.0.0').notes).toEqual([
      expect.stringMatching(/^99\.0\.0 is newer than .*, the newest version that was measured/),
    ])
    expect(spanOf('0.24.0', '0.32.15').notes).toEqual([])
  })

  test('a candidate comes before its release', () => {
    const { changes } = between('0.9.0-rc0', '0.9.0')
    expect(sentences(changes)).toContainEqual(expect.stringMatching(/New field `think`/))
    expect(between('0.8.0', '0.9.0-rc0').changes).toEqual([])
  })

  test('tags of images are versions', () => {
    expect(spanOf('v0.24.0', '0.32.15-rocm')).toMatchObject({ from: '0.24.0', to: '0.32.15-rocm' })
    expect(between('0.32.15', '0.32.15-rocm').changes).toEqual([])
  })

  test.each([
    ['latest', '0.24.0', /latest names no version; give one such as/],
    ['0.5.6', '0.24.0', /0\.5\.6 is older than 0\.5\.7/],
    ['0.24.0', 'b11434', /give two of one/],
    ['0.24', '0.32.15', /0\.24 names no version/],
  ])('%s and %s cannot be judged', (from, to, message) => {
    expect(() => spanOf(from, to)).toThrow(expect.objectContaining({ name: 'SuiteError' }))
    expect(() => spanOf(from, to)).toThrow(message)
  })
})

describe('a statement', () => {
  const row = {
    id: 'a.b',
    text: 'It holds.',
    tier: 'core',
    level: 'observed',
    sources: [],
    about: { endpoints: ['POST /api/chat'] },
    system: 'ollama',
    area: 'a',
    place: 'specs/a.yaml:1',
  } satisfies Statement
  const change = (was: unknown, is: unknown) =>
    statementChange(
      row,
      was === undefined ? undefined : { value: was },
      is === undefined ? undefined : { value: is },
    )

  test.each([
    ['moved', 'breaks', 1, 2],
    ['moved', 'breaks', '200 length', '200 stop'],
    ['moved', 'breaks', { status: 500 }, { status: 400 }],
    ['refused', 'breaks', 200, 400],
    ['refused', 'breaks', 'abc', '400 no'],
    ['refused', 'breaks', { status: 200 }, { status: 501, error: 'no' }],
    ['accepted', 'adds', '404 not found', { keys: [] }],
    // A figure, not a status.
    ['moved', 'breaks', 600, 512],
    ['went', 'breaks', 1, undefined],
    ['came', 'adds', undefined, 400],
  ])('%s %s: %j, %j', (what, verdict, was, is) => {
    expect(change(was, is)).toMatchObject({ change: what, verdict })
  })

  test('that says the same is no change', () => {
    expect(change({ a: [1] }, { a: [1] })).toBeUndefined()
    expect(change(undefined, undefined)).toBeUndefined()
  })
})

describe('what is relied on', () => {
  const changes = between('0.24.0', '0.32.15')
  const relying = (text: string) =>
    sorted(changes, relianceOf(parseConfig(`relies-on:\n${text}`, 'c.yaml'), ledger), '')

  test('decides alone', () => {
    expect(speaksAgainst(sorted(changes, undefined, ''))).toBe(true)
    expect(speaksAgainst(relying('  endpoints: [POST /v1/images/edits]'))).toBe(true)
    expect(speaksAgainst(relying('  endpoints: [/api/version]'))).toBe(false)
    expect(speaksAgainst(relying('  ids: [options.num_keep.*]'))).toBe(true)
    expect(speaksAgainst(relying('  areas: [streaming]'))).toBe(false)
  })

  test('is not harmed by what only adds', () => {
    const { touching } = relying('  fields: [POST /api/create draft_files]')
    expect(touching).toContainEqual(expect.objectContaining({ part: 'field', field: 'draft_files' }))
    expect(speaksAgainst(relying('  fields: [POST /api/create draft_files]'))).toBe(false)
  })

  test('a field of one endpoint is not that of another, and what is in it belongs to it', () => {
    expect(relying('  fields: [POST /api/pull completed]').touching).toEqual([])
    expect(relying('  fields: [POST /api/generate completed]').touching).not.toEqual([])
    expect(relying('  fields: [choices]').touching).not.toEqual([])
  })

  test('a route that goes takes its fields with it', () => {
    expect(relying('  fields: [POST /v1/images/edits prompt]').touching).toContainEqual(
      expect.objectContaining({ part: 'route' }),
    )
  })

  test('is the endpoint under which a change is told', () => {
    const { touching = [], changes: all } = relying('  endpoints: [POST /api/chat]')
    expect(new Set(touching.map(({ endpoints }) => endpoints[0]))).toEqual(new Set(['POST /api/chat']))
    expect(touching.some(({ endpoints }) => endpoints.includes('POST /api/generate'))).toBe(true)
    expect(all.map(({ endpoints }) => [...endpoints].sort())).toEqual(
      changes.changes.map(({ endpoints }) => [...endpoints].sort()),
    )
  })

  test('comes first, and is marked for programs', () => {
    const result = relying('  endpoints: [/v1/images/edits]')
    const text = asText(result, { all: true })
    expect(text.indexOf('Touches what you rely on')).toBeLessThan(
      text.indexOf('though you do not rely on it'),
    )
    const { totals, changes } = asJson(result)
    expect(changes.filter((one) => one.reliedOn)).toHaveLength(totals.touching as number)
  })

  test('the rest is counted, and not listed', () => {
    const result = relying('  endpoints: [/v1/images/edits]')
    const text = asText(result)
    expect(text).not.toContain('though you do not rely on it')
    const rest = result.changes.length - (result.touching?.length ?? 0)
    expect(text.split('\n').at(-1)).toContain(
      `${rest} more changes that you do not rely on: --all lists them too`,
    )
  })

  test('a name that nothing has is named with its place and the nearest', () => {
    expect(() => relying('  areas: [chatt]')).toThrow(
      /c\.yaml:2: there is no area chatt; did you mean chat\?/,
    )
    expect(() => relying('  ids:\n    - chat.answer.hole')).toThrow(
      /c\.yaml:3: .*did you mean chat\.answer\.whole\?/,
    )
    expect(() => relying('  endpoints: [POST /api/chats]')).toThrow(/did you mean POST \/api\/chat\?/)
    expect(() => relying('  fields: [POST /api/chat options.sede]')).toThrow(
      /no version has the field .*; did you mean options\.seed\?/,
    )
    expect(() => relying('  fields: [POST /api/chats model]')).toThrow(/c\.yaml:2/)
  })
})

test('a long list begins with how many changes each endpoint has', () => {
  const result = sorted(between('0.24.0', '0.32.15'), undefined, 'Read.')
  const [, overview = ''] = asText(result).split('\n\n')
  const sums = overview
    .split('\n')
    .slice(1)
    .map((line) => [Number(line.slice(0, 6)), Number(line.slice(6, 12))] as const)
  expect(sums.reduce((sum, [breaks]) => sum + breaks, 0)).toBe(result.breaks.length)
  expect(sums.reduce((sum, [, adds]) => sum + adds, 0)).toBe(result.adds.length)
  expect(asText(sorted(between('0.20.0', '0.21.0'), undefined, 'Read.'))).not.toMatch(/^ *break +add$/m)
})

test('Markdown has both values, escapes what is none, and stays short enough for a comment', () => {
  const markdown = (from: string, to: string) => asMarkdown(sorted(between(from, to), undefined, 'Read.'))
  const text = markdown('0.24.0', '0.32.15')
  expect(text).toMatch(/`options\.repeat_penalty\.default`<\/sub>\n {2}- was .*\n {2}- is .*/)
  expect(text).toMatch(/<details><summary><code>[A-Z]+ \/\S+<\/code> \(/)
  expect(text.match(/<details/g)).toHaveLength(text.match(/<\/details>/g)?.length as number)
  expect(markdown('0.20.0', '0.22.0')).toMatch(/^\*\*`[A-Z]+ \/.*`\*\*$/m)
  const short = markdown('0.30.0', '0.32.15')
  expect(short.split('\n').filter((line) => line.startsWith('- ')).length).toBe(
    between('0.30.0', '0.32.15').changes.length,
  )
  const long = markdown('0.5.7', '0.32.15')
  expect(long.length).toBeLessThan(65_000)
  expect(long).toMatch(/and \d+ more: run the command/)
})

test.each(['README.md', 'docs/bump-ollama.md'])('%s quotes what changes prints', (file) => {
  const printed = asText(fromLedger(loadLedger(), undefined, '0.24.0', '0.32.15'))
  const [beginning] = printed.split('\n\n')
  expect(readFileSync(fromRoot(file), 'utf8')).toContain(beginning)
})

test('docs/bump-ollama.md says how much touches what its example relies on', () => {
  const guide = readFileSync(fromRoot('docs/bump-ollama.md'), 'utf8')
  const example = guide.match(/```yaml\n(relies-on:[\s\S]*?)```/)?.[1] ?? ''
  const reliance = relianceOf(parseConfig(example, 'docs/bump-ollama.md'), ledger)
  const { touching = [] } = sorted(between('0.24.0', '0.32.15'), reliance, '')
  const breaking = touching.filter(({ verdict }) => verdict === 'breaks')
  expect(guide).toContain(
    `**${touching.length} changes touch what you rely on, of which ${breaking.length} can break it;`,
  )
})
