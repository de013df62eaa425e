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
