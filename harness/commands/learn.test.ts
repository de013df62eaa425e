import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { fromRoot } from '../base/paths.ts'
import { command } from '../testing/command.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { temporaryFolder } from '../testing/folder.ts'

const entry = (url: string, body: object) => ({
  request: {
    method: 'POST',
    url,
    postData: { mimeType: 'application/json', text: JSON.stringify(body) },
  },
  response: { status: 200, content: { mimeType: 'application/json', text: '{}' } },
})
const har = (...entries: object[]) => JSON.stringify({ log: { entries } })

test('from a HAR file into a configuration that decides what counts', async () => {
  const folder = temporaryFolder({
    'used.har': har(entry('http://localhost:11434/api/generate', { model: 'm', prompt: 'secret', width: 8 })),
    'other.har': har(entry('http://localhost/nothing', {})),
  })
  const learnt = await command(folder, ['learn', '--har', 'used.har'])
  expect(learnt.code, learnt.stderr).toBe(0)
  expect(learnt.stderr).toMatch(/POST \/api\/generate: 1 request, 3 fields sent, answered whole/)
  const config = readFileSync(join(folder, 'ollama-conformance.yaml'), 'utf8')
  expect(config).toContain('- POST /api/generate width')
  expect(config).not.toContain('secret')
  const changes = await command(folder, ['changes', '0.24.0', '0.32.15', '--json'])
  expect(changes.code).toBe(1)
  const touching = JSON.parse(changes.stdout).changes.filter((one: { reliedOn: boolean }) => one.reliedOn)
  expect(touching).toContainEqual(expect.objectContaining({ field: 'width', event: 'went' }))

  const nothing = await command(folder, ['learn', '--har', 'other.har'])
  expect(nothing).toMatchObject({
    code: 2,
    stderr: 'ollama-conformance: no request for Ollama was seen, only POST /nothing; nothing is written\n',
  })
  const printed = await command(folder, ['learn', '--har', 'used.har', '--print'])
  expect(printed.stdout).toMatch(/^relies-on:\n/)
})

test('from a proxy, until it is interrupted', async () => {
  const server = fakeOllama()
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const folder = temporaryFolder()
  const child = spawn(
    process.execPath,
    [fromRoot('harness/commands/cli.ts'), 'learn', '--listen', '0', '--upstream', await listen(server)],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise((resolve) => child.on('close', resolve))
  const listening = Promise.withResolvers<string>()
  const seen = Promise.withResolvers<void>()
  let said = ''
  child.stderr.on('data', (part) => {
    said += part
    const url = said.match(/listening at (\S+) for/)?.[1]
    if (url) listening.resolve(url)
    if (said.includes('seen: GET /api/tags')) seen.resolve()
  })
  const answer = await fetch(`${await listening.promise}/api/tags`)
  expect(await answer.json()).toEqual({ models: [] })
  await seen.promise
  child.kill('SIGINT')
  expect(await ended).toBe(0)
  expect(readFileSync(join(folder, 'ollama-conformance.yaml'), 'utf8')).toContain('- GET /api/tags models\n')
})
