import { on } from 'node:events'
import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../base/loopback.ts'
import { fromRoot } from '../base/paths.ts'
import { head, startPeer } from '../testing/peer.ts'
import { Client } from './client.ts'

test("the credentials of a run stand in place of a recorded client's, however it writes the header", async () => {
  let sent: string[] = []
  const { url } = await startPeer(({ socket }, text) => {
    sent = text.split('\r\n')
    socket.end(head())
  })
  const client = new Client({ url, name: 'demo', credentials: { authorization: 'Bearer ours' } })
  const { request } = await client.send({
    method: 'GET',
    path: '/',
    headers: { Authorization: 'Bearer theirs' },
  })
  expect(sent.filter((line) => /^authorization:/i.test(line))).toEqual(['authorization: Bearer ours'])
  expect(request.headers).toEqual({ Authorization: 'Bearer theirs' })
})

test('what one worker waited for in vain the others do not wait for', async () => {
  let asked = 0
  const server = createServer(() => {
    asked += 1
  })
  onTestFinished(() => void server.close().closeAllConnections())
  const url = await listen(server)
  const source = `
    const { parentPort } = require('node:worker_threads')
    import(${JSON.stringify(pathToFileURL(fromRoot('harness/wire/client.ts')).href)}).then(({ Client }) => {
      const client = new Client({ url: ${JSON.stringify(url)}, name: 'test', silence: 900, silent: [] })
      parentPort.on('message', async (method) => {
        const told = await client.send({ method, path: '/dead' }).then(({ problem }) => problem, String)
        parentPort.postMessage(told)
      })
      new BroadcastChannel('ollama-conformance silences').onmessage = () => parentPort.postMessage('heard')
      parentPort.postMessage('ready')
    })`
  const workers = [1, 2, 3].map(() => new Worker(source, { eval: true }))
  onTestFinished(async () => void (await Promise.all(workers.map((worker) => worker.terminate()))))
  const said = workers.map((worker) => on(worker, 'message') as AsyncIterator<[string]>)
  const next = async (index: number) => (await said[index]?.next())?.value[0] as string
  for (const index of workers.keys()) expect(await next(index)).toBe('ready')
  const answers: string[] = []
  for (const [index, worker] of workers.entries()) {
    // What one says is heard a little later by the others.
    for (let before = 0; before < index; before++) expect(await next(index)).toBe('heard')
    worker.postMessage(index === 2 ? 'GET' : 'POST')
    answers.push(await next(index))
  }
  expect(answers).toEqual([
    expect.stringContaining('Headers Timeout'),
    expect.stringContaining('Headers Timeout'),
    'Unanswered: GET /dead answers nothing: 2 requests in a row waited for up to 1 s',
  ])
  expect(asked).toBe(2)
})

test('an exchange that is forgotten is none of those that are judged', async () => {
  const { url } = await startPeer(({ socket }) => socket.end(head()))
  const client = new Client({ url, name: 'demo' })
  const spoilt = await client.send({ method: 'GET', path: '/spoilt' })
  client.forget(spoilt)
  await client.send({ method: 'GET', path: '/' })
  expect(client.exchanges.map(({ request }) => request.path)).toEqual(['/'])
})
