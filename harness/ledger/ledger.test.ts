import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/folder.ts'
import { applies, expectedValue, loadLedger } from './ledger.ts'

describe('the ledger of the project', () => {
  const ledger = loadLedger()

  test('loads, and every row knows where it stands', () => {
    expect(ledger.size).toBeGreaterThan(0)
    for (const [id, { place, system, area, id: own }] of ledger) {
      expect(own).toBe(id)
      expect(place).toMatch(new RegExp(`^specs/${system}/${area}\\.yaml:\\d+$`))
    }
  })
})

const ROW = `
  - id: area.subject
    text: It does what it does.
    level: observed
    tier: core
    sources: [docs/api.md@v0.32.15]
    values: [{ value: 1 }]
`
const load = (files: Record<string, string>) =>
  loadLedger(
    temporaryFolder(
      Object.fromEntries(
        Object.entries(files).map(([name, text]) => [name.includes('/') ? name : `ollama/${name}`, text]),
      ),
    ),
  )
const withRow = (row: string) => ({ 'area.yaml': `statements:${ROW}${row}` })
/** The row with some of its lines in another form, as the only one of the file. */
const changed = (pattern: string | RegExp, text: string) => ({
  'area.yaml': `statements:${ROW.replace(pattern, text)}`,
})

test('a row that is right loads', () => {
  const statement = load(withRow('')).get('area.subject')
  expect(statement).toMatchObject({ system: 'ollama', area: 'area', tier: 'core', values: [{ value: 1 }] })
  expect(statement?.place).toMatch(/:2$/)
})

test('the folder says which system a row is about, and its id too', () => {
  const row = ROW.replace('area.subject', 'llama-server.area.subject')
  const ledger = load({ 'llama-server/area.yaml': `statements:${row}` })
  expect(ledger.get('llama-server.area.subject')).toMatchObject({ system: 'llama-server', area: 'area' })
})

test('a row is about the endpoint of its file, unless it says otherwise', () => {
  const about = (text: string) =>
    load(changed('tier:', `about: ${text}\n    tier:`)).get('area.subject')?.about
  expect(about('{ endpoint: GET /api/tags, answer: models.size }')).toEqual({
    endpoints: ['GET /api/tags'],
    answer: 'models.size',
  })
  const [, rows] = withRow('')['area.yaml'].split('statements:')
  const ledger = load({ 'area.yaml': `endpoint: POST /api/chat\nstatements:${rows}` })
  expect(ledger.get('area.subject')?.about).toEqual({ endpoints: ['POST /api/chat'] })
})

describe('a broken row is named with file and line', () => {
  const values = (text: string) => changed('values: [{ value: 1 }]', text)
  const cases: [what: string, files: Record<string, string>, message: RegExp][] = [
    ['unknown field', changed('tier:', 'colour: red\n    tier:'), /area\.yaml:2: area\.subject: .*"colour"/],
    ['missing field', changed(/ {4}tier: core\n/, ''), /area\.yaml:2: area\.subject: .*'tier'/],
    ['bad id: no dot', changed('area.subject', 'area'), /area\.yaml:2: area: id must match/],
    ['bad id: a number', changed('area.subject', 'area.12'), /area\.yaml:2: area\.12: id must match/],
    [
      'bad id: capitals',
      changed('area.subject', 'Area.subject'),
      /area\.yaml:2: Area\.subject: id must match/,
    ],
    [
      'of a file in which many rows share what they need',
      {
        'area.yaml': `needs: &far { registry: true }\nstatements:${ROW}${ROW.replace('tier: core', 'needs: *far').repeat(200)}`,
      },
      /area\.yaml:\d+: area\.subject: .*'tier'/,
    ],
    ['bad tier', changed('tier: core', 'tier: some'), /area\.yaml:5: area\.subject: tier must be equal/],
    [
      'bad version',
      changed('tier:', 'since: "0.9"\n    tier:'),
      /area\.yaml:5: area\.subject: since must match/,
    ],
    ['a version with v', changed('tier:', 'since: v0.9.0\n    tier:'), /area\.yaml:5: .* since must match/],
    [
      'no source',
      changed('[docs/api.md@v0.32.15]', '[]'),
      /area\.yaml:6: area\.subject: sources must NOT have fewer/,
    ],
    ['no values', values(''), /area\.yaml:2: area\.subject: .*'values'/],
    [
      'a value of several that says nothing of what it means',
      values('values: [{ until: 0.9.0, value: 1 }, { since: 0.9.0, value: 2, means: two }]'),
      /area\.subject: values\.0 must have required property 'means'/,
    ],
    [
      'a text with a version',
      changed('It does what it does.', 'It does it since 0.9.0.'),
      /area\.subject: text must NOT be valid/,
    ],
    [
      'a source without a tag',
      changed('docs/api.md@v0.32.15', 'docs/api.md'),
      /area\.subject: sources\.0 must match/,
    ],
    ['empty values', values('values: []'), /area\.yaml:7: area\.subject: values must NOT have fewer/],
    [
      'excluded with values',
      changed('tier:', 'excluded: It cannot be seen.\n    tier:'),
      /area\.yaml:2: area\.subject: .*must NOT be valid/,
    ],
    ['disputed without quotes', changed('observed', 'disputed'), /area\.yaml:2: area\.subject: .*'quotes'/],
    [
      'a second row of the same id',
      withRow(ROW),
      /area\.yaml:\d+: area\.subject stands a second time \(first at .*:2\)/,
    ],
    [
      'the same id in another file',
      { ...withRow(''), 'other.yaml': `statements:${ROW}` },
      /other\.yaml:2: area\.subject stands a second time \(first at .*area\.yaml:2\)/,
    ],
    [
      'an empty range',
      changed('tier:', 'since: 0.9.0\n    until: 0.9.0\n    tier:'),
      /area\.yaml:2: area\.subject: the range 0\.9\.0 until 0\.9\.0 is empty/,
    ],
    [
      'an empty range of a value',
      values('values: [{ since: 0.9.0, until: 0.8.0, value: 1 }]'),
      /area\.yaml:2: area\.subject: the range 0\.9\.0 until 0\.8\.0 of a value is empty/,
    ],
    [
      'overlapping values',
      values(
        'values: [{ until: 0.9.0, value: 1, means: some 1 }, { since: 0.8.0, value: 2, means: some 2 }]',
      ),
      /area\.yaml:2: area\.subject: the values for before 0\.9\.0 and 0\.8\.0 and up overlap/,
    ],
    [
      'two values for every version',
      values('values: [{ value: 1, means: some 1 }, { value: 2, means: some 2 }]'),
      /area\.yaml:2: area\.subject: the values for every version and every version overlap/,
    ],
    [
      'a gap between values',
      values(
        'values: [{ until: 0.9.0, value: 1, means: some 1 }, { since: 0.10.0, value: 2, means: some 2 }]',
      ),
      /area\.yaml:2: area\.subject: no value for 0\.9\.0 until 0\.10\.0/,
    ],
    [
      'values that begin too late',
      values('values: [{ since: 0.9.0, value: 1 }]'),
      /area\.yaml:2: area\.subject: the first value begins at 0\.9\.0, the statement at the beginning/,
    ],
    [
      'values that begin before the row',
      values('since: 0.9.0\n    values: [{ since: 0.8.0, value: 1 }]'),
      /area\.yaml:2: area\.subject: the first value begins at 0\.8\.0, the statement at 0\.9\.0/,
    ],
    [
      'values that end too early',
      values('values: [{ until: 0.9.0, value: 1 }]'),
      /area\.yaml:2: area\.subject: the last value ends at 0\.9\.0, the statement at no version/,
    ],
    [
      'a value that lies outside the range of the row',
      values(
        'until: 0.9.0\n    values: [{ until: 0.9.0, value: 1, means: some 1 }, { since: 0.9.0, value: 2, means: some 2 }]',
      ),
      /area\.yaml:2: area\.subject: .*0\.9\.0/,
    ],
    ['YAML that is none', changed('[docs/api.md@v0.32.15]', '[docs/api.md'), /area\.yaml:\d+: /],
    [
      'a key twice',
      changed('tier: core', 'tier: core\n    tier: exact'),
      /area\.yaml:6: Map keys must be unique/,
    ],
    ['no statements', { 'area.yaml': 'statements: []\n' }, /area\.yaml:1: /],
    ['an empty file', { 'area.yaml': '' }, /area\.yaml:1: /],
    ['a row that is text', { 'area.yaml': 'statements:\n  - text\n' }, /area\.yaml:2: /],
  ]
  test.each(cases)('%s', (_, files, message) => {
    expect(() => load(files)).toThrow(expect.objectContaining({ name: 'SuiteError' }))
    expect(() => load(files)).toThrow(message)
  })

  test('all of them are named at once', () => {
    const files = { ...changed('core', 'some'), 'b.yaml': `statements:${ROW.replace('observed', 'seen')}` }
    expect(() => load(files)).toThrow(/area\.yaml:5: [\s\S]*b\.yaml:4: /)
  })
})

test('a row gives the value for a version', () => {
  const files = changed(
    'values: [{ value: 1 }]',
    'since: 0.6.0\n    values: [{ until: 0.9.0, value: a, means: some a }, { since: 0.9.0, value: b, means: some b }]',
  )
  const statement = load(files).get('area.subject')
  if (!statement) throw new Error('it is not there')
  const seen = ['0.5.7', '0.6.0', '0.8.9', '0.9.0-rc1', '0.9.0', '0.33.0', '0.0.0'].map((version) => [
    version,
    applies(statement, version),
    expectedValue(statement, version),
  ])
  expect(seen).toEqual([
    ['0.5.7', false, 'a'],
    ['0.6.0', true, 'a'],
    ['0.8.9', true, 'a'],
    ['0.9.0-rc1', true, 'a'],
    ['0.9.0', true, 'b'],
    ['0.33.0', true, 'b'],
    ['0.0.0', true, 'b'],
  ])
})
