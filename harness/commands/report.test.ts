import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command } from '../testing/command.ts'
import { temporaryFolder } from '../testing/folder.ts'
import { recordedResults } from '../testing/results.ts'

const results = JSON.stringify(recordedResults('0.32.15'))

test('report writes the page of each run, matrix one page that links to them', async () => {
  const folder = temporaryFolder({
    'reports/ollama-0.32.15-replay/results.json': results,
    'ollama-conformance.yaml': 'relies-on:\n  endpoints: [POST /api/chat]\n',
  })
  const report = await command(folder, ['report'])
  const page = join(folder, 'reports/ollama-0.32.15-replay/index.html')
  expect(report).toEqual({ code: 0, stdout: `${page}\n`, stderr: '' })
  expect(existsSync(page)).toBe(true)
  const matrix = await command(folder, ['matrix'])
  expect(matrix).toEqual({ code: 0, stdout: `${join(folder, 'reports/matrix.html')}\n`, stderr: '' })
  const shown = await command(folder, ['matrix', '--json'])
  expect(JSON.parse(shown.stdout)[0].versions).toContainEqual({
    version: '0.32.15',
    runs: [{ kind: 'replay', link: 'ollama-0.32.15-replay/index.html' }],
  })
  const [first] = JSON.parse((await command(folder, ['report', 'ollama-0.32.15-replay', '--json'])).stdout)
  const chat = first.groups.find(({ name }: { name: string }) => name === 'POST /api/chat')
  expect(chat.statements[0]).toMatchObject({ relied: true })
})

test.each([
  [['report'], 'there are no results yet; make some: ollama-conformance run'],
  [['report', 'nowhere'], 'nowhere is not there; give a results.json that a run wrote, or a folder'],
  [['report', 'empty'], 'there is no results.json in empty; make one: ollama-conformance run'],
  [['report', 'other.json'], 'other.json holds no results of a run'],
  [['matrix', 'nowhere'], 'there is no folder nowhere; give the one that holds the reports'],
])('%j ends in one line', async (args, line) => {
  const folder = temporaryFolder({ 'empty/a.txt': '', 'other.json': '{}' })
  expect(await command(folder, args)).toEqual({
    code: 2,
    stdout: '',
    stderr: `ollama-conformance: ${line}\n`,
  })
})
