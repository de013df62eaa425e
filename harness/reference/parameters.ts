import type { Range } from '../base/versions.ts'
import { describeRange } from '../base/versions.ts'
import type { Statement } from '../ledger/ledger.ts'
import type { Book } from './book.ts'
import { anchor, code, table, text } from './markdown.ts'
import { readTableFile } from './prose.ts'

/** What becomes of a parameter at an endpoint, over a range of versions. */
export type Verdict = Range & {
  parameter: string
  endpoint: string
  /** Where it is not about a value that can be had: which case it is about. */
  of?: 'a value out of range' | 'a wrong type' | 'a value of the model alone' | 'an object of options'
  /**
   * `honoured`: its effect was seen. `read`: no effect can be seen, and a wrong type is refused. `dropped`: no effect, of
   * whatever type. `overridden`: the endpoint puts its own value in. `clamped`, `refused`, `taken`: of what is out of range.
   */
  verdict: 'honoured' | 'read' | 'dropped' | 'overridden' | 'clamped' | 'refused' | 'taken'
  statement: string
}

/** By option the statements about values that it cannot have, with a verdict for each of their ranges: `docs/prose/options.yaml`. */
type OutOfRange = Record<string, Record<string, Verdict['verdict'][]>>

/** Every verdict of the ledger about options and parameters of the routes that generate or embed. */
export function verdictsOf(statements: readonly Statement[]): Verdict[] {
  const outOfRange = Object.entries(readTableFile<OutOfRange>('options'))
  return statements.flatMap((statement): Verdict[] => {
    const { id, about, values = [], since, until } = statement
    const [, kind] = id.match(/^parameters\.[\w-]+\.([\w-]+)/) ?? []
    const [endpoint = ''] = about.endpoints
    const given = (statement.given ?? {}) as { parameter?: string; option?: string; parameters?: string[] }
    const rows = values.flatMap(({ value, ...range }, index): Verdict[] => {
      const row = { endpoint, ...withoutNothing({ since, until }), ...withoutNothing(range), statement: id }
      switch (kind) {
        case 'effect':
          return [{ ...row, parameter: given.parameter ?? '', verdict: value as Verdict['verdict'] }]
        case 'seed': {
          const { same, other } = value as { same: boolean; other: boolean }
          return [{ ...row, parameter: 'seed', verdict: same && other ? 'honoured' : 'dropped' }]
        }
        case 'typed':
        case 'embedding':
          return Object.entries(value as Record<string, 'read' | 'dropped'>)
            .filter(([parameter]) => parameter !== NOBODY)
            .map(([parameter, verdict]) => ({ ...row, parameter, verdict }))
        case 'published':
          return (given.parameters ?? []).map((parameter) => {
            return { ...row, parameter, verdict: value as Verdict['verdict'] }
          })
        case 'model-temperature': {
          const verdict = value === 'holds' ? 'honoured' : 'overridden'
          return [{ ...row, parameter: 'temperature', of: 'a value of the model alone', verdict }]
        }
        case 'options-object':
          return [
            {
              ...row,
              parameter: 'options',
              of: 'an object of options',
              verdict: value as Verdict['verdict'],
            },
          ]
      }
      if (/^options\.\w+\.type$/.test(id)) {
        const refuses = Object.keys((value as { refuses?: object }).refuses ?? {}).length > 0
        return [
          {
            ...row,
            parameter: given.option ?? '',
            of: 'a wrong type',
            verdict: refuses ? 'refused' : 'taken',
          },
        ]
      }
      return outOfRange.flatMap(([parameter, { [id]: verdicts }]) => {
        if (!verdicts) return []
        const verdict = verdicts[index]
        if (!verdict || verdicts.length !== values.length) {
          throw new Error(`docs/prose/options.yaml: ${id} has ${values.length} ranges`)
        }
        return [{ ...row, parameter, of: 'a value out of range', verdict }]
      })
    })
    return joined(rows)
  })
}

/** Ranges that follow each other with the same verdict as one. */
function joined(rows: readonly Verdict[]): Verdict[] {
  const found: Verdict[] = []
  for (const row of rows) {
    const before = found.findLast(({ parameter }) => parameter === row.parameter)
    if (before?.verdict === row.verdict && before.until === row.since) {
      if (row.until) before.until = row.until
      else delete before.until
    } else found.push({ ...row })
  }
  return found
}

/** A name that no server knows, which the checks send too. */
const NOBODY = 'nobody'

const withoutNothing = ({ since, until }: Range): Range => ({
  ...(since ? { since } : {}),
  ...(until ? { until } : {}),
})

/** The columns, in the order in which they are asked for. */
const COLUMNS = [
  'POST /api/generate',
  'POST /api/chat',
  'POST /v1/completions',
  'POST /v1/chat/completions',
  'POST /v1/responses',
  'POST /v1/messages',
  'POST /api/embed',
  'POST /api/embeddings',
  'POST /v1/embeddings',
]

/** Each parameter by endpoint. */
export function matrix(book: Book, page: string): string {
  const verdicts = verdictsOf(book.statements)
    .filter((one) => !one.of || MODEL_AND_OBJECT.includes(one.of))
    // What OpenAI and Anthropic publish besides has pages of its own.
    .filter(({ statement }) => !statement.endsWith('.published'))
  const rows = [...Map.groupBy(verdicts, ({ parameter, of }) => `${parameter} ${of ?? ''}`)]
  return table(
    ['parameter', ...COLUMNS.map((endpoint) => code(endpoint.replace('POST ', '')))],
    rows.map(([, group]) => {
      const [{ parameter, of } = {}] = group
      const name =
        of === undefined
          ? `${anchor(parameter ?? '')}${code(parameter ?? '')}`
          : `${code(parameter ?? '')}, ${of}`
      return [
        name,
        ...COLUMNS.map((endpoint) =>
          cellOf(
            book,
            page,
            group.filter((one) => one.endpoint === endpoint),
          ),
        ),
      ]
    }),
  )
}

const MODEL_AND_OBJECT = ['a value of the model alone', 'an object of options']

/** Values that an option cannot have, at the routes that take all options. */
export function limitsOfOptions(book: Book, page: string): string {
  const verdicts = verdictsOf(book.statements).filter(({ of }) => of && !MODEL_AND_OBJECT.includes(of))
  const rows = [...Map.groupBy(verdicts, ({ parameter }) => parameter)]
  const cell = (group: readonly Verdict[], of: Verdict['of']) =>
    [
      ...Map.groupBy(
        group.filter((one) => one.of === of),
        ({ statement }) => statement,
      ).values(),
    ]
      .map((same) => {
        const statement = book.material.ledger.get(same[0]?.statement ?? '')
        return `${cellOf(book, page, same)}${of === 'a wrong type' ? '' : `: ${text(statement?.text ?? '')}`}`
      })
      .join(' ')
  return table(
    ['option', 'a wrong type', 'a value out of range'],
    rows.map(([option, group]) => [
      code(option),
      cell(group, 'a wrong type'),
      cell(group, 'a value out of range'),
    ]),
  )
}

/** What was measured of a parameter at an endpoint, if anything. */
export function measuredCell(book: Book, page: string, endpoint: string, parameter: string): string {
  const own = verdictsOf(book.statements).filter(
    (one) => one.endpoint === endpoint && one.parameter === parameter && !one.of,
  )
  return own.length > 0 ? cellOf(book, page, own) : '–'
}

/** Verdicts of one parameter at one endpoint, the newest first; each leads to its statement. */
function cellOf(book: Book, page: string, verdicts: readonly Verdict[]): string {
  if (verdicts.length === 0) return 'not asked'
  const same = verdicts.every(({ verdict }) => verdict === verdicts[0]?.verdict)
  const shown = same ? verdicts.slice(0, 1) : [...verdicts].reverse()
  return shown
    .map((one) => {
      const word = one.verdict === 'honoured' || one.verdict === 'read' ? one.verdict : `**${one.verdict}**`
      const link = book.to(page, one.statement, word)
      if (same) return link
      // In a narrow column each range keeps its line.
      return book.when(one, `${link} ${describeRange(one)}`.replaceAll(' ', '\u00a0'))
    })
    .join('<br>')
}
