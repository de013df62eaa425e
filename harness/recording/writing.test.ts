import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../testing/folder.ts'
import { type Recording, RECORDINGS_VARIABLE, readRecording, writeRecording } from './recording.ts'

const recording = (suite: string, areas: Recording['areas']): Recording => ({
  provenance: { system: 'ollama', version: '0.24.0', kind: 'binary', digest: '', suite, date: '2026-01-01' },
  areas,
})

test('a recording that cannot be written whole leaves the one that is there', () => {
  const folder = temporaryFolder()
  vi.stubEnv(RECORDINGS_VARIABLE, folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  writeRecording(recording('old', { chat: {} }))
  // As on a disk that is full, the second file cannot be written.
  expect(() => writeRecording(recording('new', { chat: {}, 'no/such/folder': {} }))).toThrow(
    /^not recorded, and the recording of before is as it was: ENOENT/,
  )
  expect(readRecording('ollama', '0.24.0').provenance.suite).toBe('old')
  expect(readdirSync(join(folder, 'ollama'))).toEqual(['0.24.0'])
  writeRecording(recording('new', { chat: {} }))
  expect(readRecording('ollama', '0.24.0').provenance.suite).toBe('new')
})
