import { createServer, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { models } from '../../fixtures/instruments/models.ts'
import { serve } from '../base/loopback.ts'
import { Client } from '../wire/client.ts'
import { mannersOfOwn } from './manners.ts'

/** A server with one engine, which generates without end; the others wait until its client goes away, where it `hears` that. */
async function withOneEngine(hears: boolean): Promise<Client> {
  let busy = false
  const waiting: ServerResponse[] = []
  const answer = (response: ServerResponse) => void response.end('{}')
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return answer(response)
    const { model, prompt, options } = (await json(request)) as {
      model: string
      prompt: string
      options: { num_predict?: number }
    }
    if (prompt === '' || model !== models.spare) return answer(response)
    if (options.num_predict === 1) return busy ? void waiting.push(response) : answer(response)
    busy = true
    response.on('close', () => {
      if (!hears) return
      busy = false
      waiting.splice(0).forEach(answer)
    })
  })
  const { url, stop } = await serve(server)
  onTestFinished(() => stop())
  return new Client({ url, name: 'manners' })
}

test('a server that goes on for a client that went away has to be minded', async () => {
  const manners = await mannersOfOwn(await withOneEngine(false))
  expect(manners?.stopsWhenLeft).toEqual({ streamed: false, whole: false })
})

test('one that stops is asked four times', async () => {
  const client = await withOneEngine(true)
  expect(await mannersOfOwn(client)).toBeUndefined()
  expect(client.exchanges).toHaveLength(4)
})
