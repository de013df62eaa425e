import { describe, expect, test } from 'vitest'
import { command } from '../testing/command.ts'
import { temporaryFolder } from '../testing/folder.ts'

const run = (args: string, files: Record<string, string> = {}) =>
  command(temporaryFolder(files), args.split(' ').filter(Boolean))

test('the help fits a screen, and so does that of each command', async () => {
  const { code, stdout } = await run('')
  expect(code).toBe(0)
  expect(stdout.split('\n').length).toBeLessThan(40)
  expect(stdout).toContain('changes')
  const help = await run('changes --help')
  expect(help.code).toBe(0)
  expect(help.stdout.split('\n').length).toBeLessThan(30)
})

test('exit 1 when something can break, 0 when nothing can', async () => {
  const [moved, same] = await Promise.all([run('changes 0.24.0 0.32.15'), run('changes 0.16.3 0.17.0')])
  expect(moved).toMatchObject({ code: 1, stderr: '' })
  expect(moved.stdout).toMatch(/^Ollama 0\.24\.0 → 0\.32\.15: \d+ changes can break a client, \d+ only add\n/)
  expect(same).toMatchObject({ code: 0, stderr: '' })
  expect(same.stdout).toMatch(/nothing that is known changes/)
})

test('of a version that was not measured, 1 when something can break that is known, else 2', async () => {
  const [known, unknown] = await Promise.all([run('changes 0.24.0 99.0.0'), run('changes 0.32.15 99.0.0')])
  expect(known.code).toBe(1)
  expect(unknown.code).toBe(2)
  for (const { stdout } of [known, unknown])
    expect(stdout).toMatch(/^Note: 99\.0\.0 is newer than .*; to see, measure both: /m)
  expect(unknown.stdout).toMatch(/^Ollama 0\.32\.15 → 99\.0\.0: not known, /)
})

test('the configuration in the working folder decides what counts', async () => {
  const files = (endpoint: string) => ({
    'ollama-conformance.yaml': `relies-on: { endpoints: [${endpoint}] }`,
  })
  const [moved, unmoved] = await Promise.all([
    run('changes 0.24.0 0.32.15 --json', files('POST /v1/images/edits')),
    run('changes 0.24.0 0.32.15 --json', files('/api/version')),
  ])
  expect([moved.code, unmoved.code]).toEqual([1, 0])
  expect(JSON.parse(moved.stdout).totals.touching).toBeGreaterThan(0)
  expect(JSON.parse(unmoved.stdout).totals.touching).toBe(0)
})

describe('what cannot be judged ends with 2 and one line', () => {
  test.each([
    ['an unknown command', 'change 0.24.0 0.32.15', /unknown command 'change'; did you mean changes\?/],
    [
      'two forms at once',
      'changes 0.24.0 0.32.15 --json --markdown',
      /'--markdown' cannot be used with option '--json'/,
    ],
    ['two sources at once', 'learn --har x.har --listen 1', /'--har <files...>' cannot be used with/],
    ['an unknown option', 'changes 0.24.0 0.32.15 --jsn', /unknown option '--jsn'; did you mean --json\?/],
    ['too few versions', 'changes 0.24.0', /missing required argument 'to'/],
    ['no version', 'changes 0.24.0 latest', /latest names no version/],
    ['one that is too old', 'changes 0.5.0 0.24.0', /0\.5\.0 is older/],
    ['no configuration', 'changes 0.24.0 0.32.15 --config x.yaml', /no file x\.yaml/],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})

test('init writes a configuration once', async () => {
  const folder = temporaryFolder()
  expect(await command(folder, ['init'])).toMatchObject({ code: 0 })
  const again = await command(folder, ['init'])
  expect(again.code).toBe(2)
  expect(again.stderr).toMatch(/is there already; write over it with --force/)
  expect(await command(folder, ['init', '--force'])).toMatchObject({ code: 0 })
  expect(await command(folder, ['changes', '0.16.3', '0.17.0'])).toMatchObject({ code: 0 })
})

test('a version is one for explain too, and one that was not measured is said to be', async () => {
  expect(await run('explain think --at 0.99')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^ollama-conformance: 0\.99 names no version; /),
  })
  const newer = await run('explain think --at 99.0.0')
  expect(newer.code).toBe(0)
  expect(newer.stderr).toMatch(/^ollama-conformance: note: 99\.0\.0 is newer than /)
})

test('a place that cannot be written to is one line', async () => {
  const folder = temporaryFolder({ taken: '' })
  expect(await command(folder, ['init', '--config', 'taken/c.yaml'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^ollama-conformance: not a directory: taken\/c\.yaml\n$/),
  })
  expect(await command(folder, ['init', '--config', 'absent/c.yaml'])).toMatchObject({
    code: 2,
    stderr: 'ollama-conformance: no such folder: absent; make it first\n',
  })
})
