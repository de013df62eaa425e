import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { Checkout, ledger, suite } from '../testing/checkout.ts'
import { command } from '../testing/command.ts'
import { temporaryFolder } from '../testing/folder.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'

/** A checkout with two areas, of which one fails, and a server for them. */
async function project(files: Record<string, string> = {}) {
  const checkout = new Checkout({
    'specs/ollama/good.yaml': ledger({ 'good.first': {}, 'good.second': {} }),
    'suites/ollama/good.test.ts': suite(`for (const id of ['good.first', 'good.second']) check(id, status)`),
    'specs/ollama/bad.yaml': ledger({ 'bad.status': { values: [{ value: 418 }] } }),
    'suites/ollama/bad.test.ts': suite(`check('bad.status', status)`),
    ...files,
  })
  const server = fakeOllama()
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = await listen(server)
  return {
    url,
    run: (...args: string[]) => command(checkout.folder, ['run', ...args], {}, checkout.folder),
    checkout,
  }
}

describe('run', { timeout: 180_000 }, () => {
  test('exit 1 when the server fails a check, 0 when it fails none of those that were named', async () => {
    const { url, run, checkout } = await project()
    const all = await run('--target', url)
    expect(all.code, all.stdout + all.stderr).toBe(1)
    expect(checkout.results('ollama-0.24.0-url').totals).toMatchObject({ pass: 2, fail: 1 })
    const area = await run('good', '--target', url, '--json')
    expect(area.code, area.stderr).toBe(0)
    const [results] = JSON.parse(area.stdout)
    expect(results.statements.map(({ id }: { id: string }) => id)).toEqual(['good.first', 'good.second'])
    const one = await run('good.second', '--target', url, '--json', '--reports', 'elsewhere')
    expect(JSON.parse(one.stdout)[0]).toMatchObject({
      file: expect.stringContaining('elsewhere'),
      statements: [{ id: 'good.second', status: 'pass' }],
    })
  })

  test('what is not seen on a terminal has no colours, and ends with where the page is', async () => {
    const folder = temporaryFolder()
    const plain = { NO_COLOR: undefined, CI: undefined } as unknown as Record<string, string>
    const { code, stdout } = await command(folder, ['run', 'generate.count.eos', '--target', 'replay'], plain)
    expect(code, stdout).toBe(0)
    expect(stdout).not.toContain('\u001b')
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/as a page: .*index\.html$/)
  })

  test('the configuration names the target and what is known to fail', async () => {
    const { url, run, checkout } = await project()
    checkout.write({
      'ollama-conformance.yaml': `target: ${url}\nknown-failures: [{ id: bad.status, reason: No teapot., link: x }]\n`,
    })
    const { code, stdout, stderr } = await run()
    expect(code, stdout + stderr).toBe(0)
    expect(checkout.results('ollama-0.24.0-url').totals).toMatchObject({ pass: 2, 'known-fail': 1 })
  })

  test('exit 2 and one line when nothing could be judged', async () => {
    const { run, checkout } = await project()
    const ends = async (...args: string[]) => {
      const { code, stderr } = await run(...args)
      return [code, stderr.trimEnd().split('\n').at(-1)]
    }
    expect(await ends('--target', 'nonsense')).toEqual([
      2,
      expect.stringContaining('--target nonsense is no target'),
    ])
    expect(await ends('--target', 'http://127.0.0.1:9')).toEqual([
      2,
      expect.stringMatching(/no server answers at/),
    ])
    expect(await ends('--reports', 'package.json')).toEqual([
      2,
      expect.stringMatching(
        /package\.json cannot hold the reports \(.* is a file\); name another folder: --reports$/,
      ),
    ])
    expect(await ends('goood')).toEqual([
      2,
      expect.stringMatching(/no area and no statement goood; did you mean good\?/),
    ])
    checkout.write({ 'ollama-conformance.yaml': 'profiles: [chats]\n' })
    expect(await ends('good')).toEqual([2, expect.stringMatching(/yaml:1: .*chats/)])
  })
})
