import { expect, test } from 'vitest'
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
