import { expect, test } from 'vitest'
import { LogTail } from './target.ts'

test('a server died of what it said last: an engine of it may have died before', () => {
  const log = new LogTail()
  expect(log.cause).toBe('')
  log.add('SIGABRT: abort\nPC=0x7f m=0\n')
  log.add('the engine is started again\n')
  expect(log.cause).toBe(': SIGABRT: abort')
  log.add('fatal error: concurrent map writes\n\ngoroutine 7 [running]:\n')
  log.add('a goroutine\n')
  expect(log.cause).toBe(': fatal error: concurrent map writes')
})

test.each([
  'Error: listen tcp 127.0.0.1:40117: bind: address already in use\n',
  "srv         start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 40085\n",
])('an engine found its port taken: %s', (line) => {
  const log = new LogTail()
  log.add('starting\n')
  expect(log.clashedAt).toBe(0)
  const before = Date.now()
  log.add(line.slice(0, 50))
  log.add(line.slice(50))
  expect(log.clashedAt).toBeGreaterThanOrEqual(before)
})
