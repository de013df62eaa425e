import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { SuiteError, say } from '../base/errors.ts'
import { fromRoot, requireCheckout } from '../base/paths.ts'
import type { System } from '../base/systems.ts'

const ID = /^[a-z][a-z0-9-]*(\.[a-z0-9_-]*[a-z_-][a-z0-9_-]*)+$/

/**
 * Makes a row with every field, and a check that fails until somebody says what the server does.
 *
 * @returns the places of both, `file:line`
 * @throws SuiteError when the id is none, or there already
 */
export async function scaffold(id: string): Promise<{ row: string; check: string }> {
  if (!ID.test(id)) {
    throw new SuiteError(
      `${id} is no id: it is area.subject or area.subject.aspect, in small letters, without numbers as parts`,
    )
  }
  requireCheckout('new')
  const { loadLedger } = await import('../ledger/ledger.ts')
  const there = loadLedger().get(id)
  if (there) throw new SuiteError(`${id} is there already: ${there.place}`)
  const [first = '', second = ''] = id.split('.')
  const [system, area]: [System, string] = first === 'llama-server' ? [first, second] : ['ollama', first]
  return {
    row: append(`specs/${system}/${area}.yaml`, header, row(id)),
    check: append(`suites/${system}/${area}.test.ts`, imports, check(id)),
  }
}

const header = `# yaml-language-server: $schema=../ledger.schema.json
endpoint: POST /api/generate
statements:
`

const row = (id: string) => `
  - id: ${id}
    text: One claim about the wire, present tense, that can be false.
    level: observed # documented | observed | disputed
    tier: complete # core | complete | exact
    sources: ["server/routes.go:GenerateHandler@v0.32.15"]
    about: { field: prompt } # or answer, status, event, header
    values:
      - value: what the check returns
`

const imports = `import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
`

const check = (id: string) => `
check('${id}', async ({ post }) => {
  const options = { temperature: 0, num_predict: 8 }
  const { json } = await post('/api/generate', { model: models.successor, prompt: 'abc', stream: false, options })
  return json.response
})
`

/** Adds a text to the end of a file, which begins with `head` where it is new. */
function append(path: string, head: string, text: string): string {
  const file = fromRoot(path)
  const before = existsSync(file) ? readFileSync(file, 'utf8') : head
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, before + text)
  return `${path}:${before.split('\n').length + 1}`
}

/** `new`: a statement to fill in. */
export const newStatement = (): Command =>
  new Command('new')
    .summary('add a row to the ledger and a check that fails')
    .description(
      'Adds a row to the ledger and a check to its suite, which fails until the row says what a server does.',
    )
    .argument('<id>', 'area.subject.aspect')
    .action(async (id: string) => {
      const { row, check } = await scaffold(id)
      say(`row   ${row}`)
      say(`check ${check}`)
      say('it fails until the row says what a live server does: OLLAMA_TARGET=… npm run watch')
    })
