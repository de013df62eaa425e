import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { Checkout, ledger, suite } from '../testing/checkout.ts'

const scaffold = (folder: string, id: string) =>
  spawnSync(process.execPath, ['harness/commands/cli.ts', 'new', id], { cwd: folder, encoding: 'utf8' })

test('a new statement is a row that loads and a check that fails; an old one or none is refused', () => {
  const checkout = new Checkout({
    'specs/ollama/demo.yaml': ledger({ 'demo.passes': {} }),
    'suites/ollama/demo.test.ts': suite(`check('demo.passes', status)`),
  })
  const { status, stderr } = scaffold(checkout.folder, 'fresh.subject')
  expect(status, stderr).toBe(0)
  expect(stderr).toContain('row   specs/ollama/fresh.yaml:5')
  expect(checkout.read('suites/ollama/fresh.test.ts')).toContain("check('fresh.subject', async")
  for (const [id, why] of [
    ['fresh.subject', 'is there already: specs/ollama/fresh.yaml:'],
    ['fresh', 'is no id'],
    ['fresh.12', 'is no id'],
  ] as const) {
    const again = scaffold(checkout.folder, id)
    expect(again.stderr).toContain(why)
    expect(again.stderr.trim().split('\n')).toHaveLength(1)
    expect(again.status).toBe(2)
  }
})
