import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commitAll, git, runAction, sampleRepository } from '../testing/action.ts'
import { command } from '../testing/command.ts'
import { temporaryFolder, writeFiles } from '../testing/folder.ts'
import { POSIX, program } from '../testing/program.ts'
import { bumpsBetween } from './bumps.ts'

/** A repository with a commit of each. */
function repository(...commits: Record<string, string>[]): string {
  const folder = temporaryFolder()
  for (const [index, files] of commits.entries()) {
    writeFiles(folder, files)
    commitAll(folder, `commit ${index}`)
  }
  return folder
}

const told = (folder: string, base = 'HEAD^1', head = 'HEAD') =>
  bumpsBetween(folder, base, head, []).map(
    ({ file, line, from, to }) => `${file}:${line} ${from.text} → ${to.text}`,
  )

const compose = (...tags: string[]) => ({
  'compose.yaml': tags.map((tag, index) => `s${index}:\n  image: ollama/ollama:${tag}\n`).join(''),
})

describe('a bump is a version in the place of another', () => {
  test('in every file of the sample', () => {
    const folder = temporaryFolder()
    sampleRepository(folder)
    expect(told(folder).map((one) => one.replace(/ .*/, ''))).toEqual([
      '.github/workflows/test.yml:7',
      'Dockerfile:1',
      'Dockerfile:4',
      'chart/values.yaml:10',
      'compose.yaml:6',
      'ollama.version:1',
    ])
  })

  test('several in one file, each with its own', () => {
    const folder = repository(compose('0.16.3', '0.24.0', '0.9.6'), compose('0.17.0', '0.24.0', '0.11.11'))
    expect(told(folder)).toEqual(['compose.yaml:2 0.16.3 → 0.17.0', 'compose.yaml:6 0.9.6 → 0.11.11'])
  })

  test('in a file that moved, and behind another registry', () => {
    const text = (image: string) =>
      `services:\n  a:\n    image: ${image}\n    ports: [1]\n    restart: always\n`
    const folder = repository({ 'a.yaml': text('ollama/ollama:0.16.3') })
    git(folder, 'mv', 'a.yaml', 'b.yaml')
    writeFiles(folder, { 'b.yaml': text('mirror.example/ollama:0.17.0') })
    commitAll(folder, 'moved')
    expect(told(folder)).toEqual(['b.yaml:3 0.16.3 → 0.17.0'])
  })

  test('what came, what went and what is built otherwise is none', () => {
    expect(told(repository(compose('0.16.3'), compose('0.16.3', '0.24.0')))).toEqual([])
    expect(told(repository(compose('0.16.3', '0.24.0'), compose('0.24.0')))).toEqual([])
    expect(told(repository(compose('0.24.0'), compose('v0.24.0-rocm')))).toEqual([])
    expect(told(repository({}, compose('0.24.0')))).toEqual([])
  })

  test('of a branch, what the other branch did since does not count', () => {
    const folder = repository(compose('0.16.3'))
    git(folder, 'switch', '--quiet', '--create', 'bump')
    writeFiles(folder, { 'ollama.version': '0.16.3' })
    commitAll(folder, 'not a bump')
    git(folder, 'switch', '--quiet', 'main')
    writeFiles(folder, compose('0.24.0'))
    commitAll(folder, 'a bump elsewhere')
    expect(told(folder, 'main', 'bump')).toEqual([])
  })
})

describe('the command', { timeout: 120_000 }, () => {
  const bump = (folder: string, ...args: string[]) => command(folder, ['bump', ...args])

  test('without a bump it says so and ends with 0', async () => {
    const { code, stdout } = await bump(repository({ a: '1' }, { a: '2' }))
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'No bump of Ollama found in these changes.\n' })
  })

  test('each step is judged once, and what breaks decides', async () => {
    const folder = repository(
      compose('0.16.3', '0.16.3-rocm', '0.24.0'),
      compose('0.17.0', '0.17.0-rocm', '0.32.15'),
    )
    const { code, stdout } = await bump(folder, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([
      {
        from: '0.16.3',
        to: '0.17.0',
        bumps: [{ line: 2 }, { line: 4, to: '0.17.0-rocm' }],
        changes: { changes: [] },
      },
      { from: '0.24.0', to: '0.32.15', bumps: [{ line: 6 }] },
    ])
  })

  test('what names no version, or one that is too old, could not be judged', async () => {
    const folder = repository(compose('latest', '0.3.0'), compose('0.24.0', '0.24.0'))
    const { code, stdout } = await bump(folder, '--comment', 'comment.md')
    expect(code).toBe(2)
    expect(stdout).toContain('could not be judged: latest names no version')
    expect(stdout).toMatch(/could not be judged: 0\.3\.0 is older than 0\.5\.7/)
  })

  test('a version that nothing was measured of could not be judged either', async () => {
    const { code, stdout } = await bump(repository(compose('0.32.15'), compose('99.0.0')))
    expect(code).toBe(2)
    expect(stdout).toMatch(/^Ollama 0\.32\.15 → 99\.0\.0: not known, for nothing after .* was measured\n/m)
  })

  test('a wrong question ends with 2 and one line', async () => {
    const folder = repository(compose('0.24.0'))
    expect(await bump(folder)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^ollama-conformance: HEAD\^1 is no commit of this .*fetch-depth: 2, or 0\)\n$/,
      ),
    })
    expect(await bump(temporaryFolder())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/git repository/),
    })
    expect(await bump(folder, '--measure', 'replay')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--measure replay has no \{version\}/),
    })
  })

  test('measured on both sides where that is asked for', async () => {
    const folder = repository(compose('0.24.0'), compose('0.32.15'))
    const { code, stdout, stderr } = await bump(
      folder,
      '--measure',
      'replay:{version}',
      '--only',
      'options.repeat_penalty.default',
      '--json',
    )
    expect(code, stderr).toBe(1)
    const [{ measured }] = JSON.parse(stdout)
    expect(measured.basis).toMatch(
      /^Measured: replay:0\.24\.0 \(ollama 0\.24\.0, replay\), and replay:0\.32\.15/,
    )
    expect(measured.changes).toMatchObject([{ id: 'options.repeat_penalty.default' }])
  })
})

/** A `gh` that answers with a comment, or none, and keeps what it was asked. */
const gh = (comments: string) => ({
  PATH: `${dirname(
    program(
      `import { appendFileSync } from 'node:fs'
       const args = process.argv.slice(2)
       appendFileSync('asked', args.join(' ') + '\\n')
       if (args.includes('--jq')) console.log(${JSON.stringify(comments)})`,
      'gh',
    ),
  )}:${process.env.PATH}`,
})

describe.skipIf(!POSIX)('the steps of the Action, on a sample repository', { timeout: 120_000 }, () => {
  const action = (config: string, inputs: Record<string, string> = {}, env = gh('')) => {
    const folder = temporaryFolder()
    sampleRepository(folder, config ? { 'ollama-conformance.yaml': config } : {})
    return { folder, ...runAction(folder, temporaryFolder(), inputs, env) }
  }
  const relyingOn = (endpoint: string) => `relies-on: { endpoints: [${endpoint}] }\n`

  test('who relies on what moved gets 1, a comment, annotations and a report', () => {
    const { code, comment, summary, steps, outputs } = action(relyingOn('POST /v1/images/edits'))
    expect(code).toBe(1)
    expect(comment).toMatch(/^<!-- ollama-conformance bump -->\n\n### Ollama 0\.24\.0 → 0\.32\.15\n/)
    expect(comment).toContain(
      'Bumped in `.github/workflows/test.yml:7`, `Dockerfile:1`, `Dockerfile:4`, `chart/values.yaml:10`, `compose.yaml:6`, `ollama.version:1`.',
    )
    expect(comment).toMatch(
      /\*\*\d+ changes? touch(es)? what you rely on, of which \d+ can break it; in all, /,
    )
    expect(comment).toContain('<details open><summary><b>Touches what you rely on')
    expect(comment).toContain('The route is gone')
    expect(comment?.length).toBeLessThan(65_536)
    expect(summary).toBe(`${comment}\n`)
    const annotations = steps.flatMap(({ output }) => output.match(/^::.*$/gm) ?? [])
    expect(annotations).toHaveLength(6)
    expect(annotations[4]).toMatch(
      /^::warning file=compose\.yaml,line=6,title=Ollama 0\.24\.0 → 0\.32\.15::\d+ change/,
    )
    expect(outputs).toEqual({ found: 'true', bumps: '[{"from":"0.24.0","to":"0.32.15"}]', 'exit-code': '1' })
    expect(steps.at(-1)).toMatchObject({ name: 'actions/upload-artifact@v4' })
  })

  test('who relies on what did not move gets 0', () => {
    const { code, comment, steps, outputs } = action(relyingOn('/api/version'))
    expect(code).toBe(0)
    expect(comment).toContain('**Nothing touches what you rely on; in all, ')
    expect(steps.map(({ output }) => output).join('')).toMatch(/^::notice file=compose\.yaml/m)
    expect(outputs['exit-code']).toBe('0')
  })

  test('a comment is begun once, and then written anew', () => {
    const asked = (comments: string) => {
      const { folder } = action('', {}, gh(comments))
      return readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n')
    }
    const [question, begun] = asked('')
    expect(question).toMatch(/--jq .*startswith\("<!-- ollama-conformance bump -->"\)/)
    expect(begun).toMatch(
      /^api --method POST repos\/example\/sample\/issues\/7\/comments --field body=@.*bump\.md/,
    )
    const [, anew] = asked('41\n42')
    expect(anew).toMatch(/^api --method PATCH repos\/example\/sample\/issues\/comments\/41 /)
  })

  test('a token that may not write is no failure of the bump', () => {
    const refuses = { PATH: `${dirname(program('process.exit(1)', 'gh'))}:${process.env.PATH}` }
    const { code, steps } = action(relyingOn('/api/version'), {}, refuses)
    expect(code).toBe(0)
    expect(steps.find(({ name }) => name === 'Comment')?.output).toMatch(
      /^::notice title=No comment written::/m,
    )
  })

  test('without a bump there is no comment', () => {
    const folder = repository({ a: '1' }, { a: '2' })
    const { code, steps, outputs } = runAction(folder, temporaryFolder(), {}, gh(''))
    expect(code).toBe(0)
    expect(outputs).toMatchObject({ found: 'false', bumps: '[]' })
    expect(steps.find(({ name }) => /bump/.test(name))?.output).toBe(
      'No bump of Ollama found in these changes.\n',
    )
    expect(readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n')).toHaveLength(1)
  })
})
