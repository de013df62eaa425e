import { expect, test } from 'vitest'
import { folderName } from './reporter.ts'

test('the folder of a run is named by its target, whatever that calls itself', () => {
  const named = (version: string) => folderName({ system: 'ollama', version, kind: 'binary' })
  expect(named('0.33.0-rc2')).toBe('ollama-0.33.0-rc2-binary')
  expect(named('0.30.0/../../../elsewhere')).toBe('ollama-0.30.0_.._.._.._elsewhere-binary')
  expect(named('..\\..\\x\0y')).toBe('ollama-.._.._x_y-binary')
})
