import { expect, test } from 'vitest'
import { command } from '../testing/command.ts'
import { temporaryFolder } from '../testing/folder.ts'
import { deadUrl } from '../testing/peer.ts'

const exchange = (status: number, body: string) => ({
  request: { method: 'POST', path: '/api/generate', headers: {}, body: '{"model":"m"}' },
  response: { status, headers: [], chunks: [[1, body]] },
  end: 'complete',
})

/** Results of a run that checked one statement. */
const results = (version: string, observed: unknown, evidence: object[] = []) =>
  JSON.stringify({
    target: { system: 'ollama', kind: 'binary', version, label: '' },
    statements: [
      {
        id: 'options.num_keep.negative',
        status: 'pass',
        message: '',
        expected: observed,
        observed,
        evidence,
      },
    ],
    messages: [],
  })

const FILES = {
  'old/results.json': results('0.24.0', 'b', [exchange(200, '{"response":"b"}')]),
  'reports/new/results.json': results('0.32.15', 400, [exchange(400, '{"error":"no"}')]),
  'broken.json': '{}',
}

test('stored results by file, folder and name, with both answers', async () => {
  const folder = temporaryFolder(FILES)
  const { code, stdout, stderr } = await command(folder, ['diff', 'old', 'new'])
  expect(stderr).toBe('')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^Ollama 0\.24\.0 → 0\.32\.15: 1 change can break a client, 0 only add/)
  expect(stdout).toMatch(
    /curl .*--data-raw '\{"model":"m"\}'\n +200 \{"response":"b"\}\n +400 \{"error":"no"\}/,
  )
  const whole = await command(folder, ['diff', 'old/results.json', 'reports/new', '--json'])
  expect(JSON.parse(whole.stdout).changes).toMatchObject([
    {
      id: 'options.num_keep.negative',
      evidence: { was: [exchange(200, '{"response":"b"}')], is: [exchange(400, '{"error":"no"}')] },
    },
  ])
  expect(await command(folder, ['diff', 'old', 'old'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('no difference was seen'),
  })
})

test('of stored results what was asked for is compared, and where that is nothing it is told', async () => {
  const folder = temporaryFolder(FILES)
  const [same, other] = await Promise.all([
    command(folder, ['diff', 'old', 'new', '--only', 'options.num_keep.*', '--json']),
    command(folder, ['diff', 'old', 'new', '--only', 'embed']),
  ])
  expect(JSON.parse(same.stdout).changes).toHaveLength(1)
  expect(other).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'ollama-conformance: nothing could be compared: no statement that was asked for is in either\n',
  })
})

test(
  'a side that is none, holds no results, or does not answer ends with 2 and one line',
  {
    timeout: 120_000,
  },
  async () => {
    const folder = temporaryFolder(FILES)
    const ends = async (...args: string[]) => {
      const { code, stdout, stderr } = await command(folder, ['diff', ...args])
      return [code, stdout, stderr.trimEnd().split('\n').at(-1)]
    }
    expect(await ends('old', '0.32.15')).toEqual([
      2,
      '',
      expect.stringMatching(/0\.32\.15 is no side to compare; give a target/),
    ])
    expect(await ends('old', 'broken.json')).toEqual([
      2,
      '',
      expect.stringMatching(/broken\.json holds no results of a run/),
    ])
    expect(await ends('old', await deadUrl())).toEqual([
      2,
      '',
      expect.stringMatching(/no server answers at http/),
    ])
    expect(await ends('old', 'binary:/nowhere/ollama')).toEqual([
      2,
      '',
      expect.stringMatching(/^ollama-conformance: no program \/nowhere\/ollama; /),
    ])
    const { code, stderr } = await command(folder, ['diff', 'replay:0.24.0', 'replay:0.99.0'])
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^ollama-conformance: there is no recording of ollama 0\.99\.0; .*\n$/),
    ])
  },
)

test('a side that cannot be judged ends the run on the other one', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder(FILES)
  const { code, stderr } = await command(folder, ['diff', await deadUrl(), 'replay:0.24.0'])
  expect(code).toBe(2)
  expect(stderr).not.toContain(' pass')
  expect(stderr.match(/no server answers at/g)).toHaveLength(1)
})
