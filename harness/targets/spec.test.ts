import { describe, expect, test } from 'vitest'
import { parseTarget, type TargetSpec } from './spec.ts'

describe('what a target may be', () => {
  const LLAMA = 'ghcr.io/ggml-org/llama.cpp'
  const cases: [text: string, ollama: TargetSpec, llamaServer?: TargetSpec][] = [
    [
      'container',
      { kind: 'container', image: 'ollama/ollama:latest' },
      { kind: 'container', image: `${LLAMA}:server` },
    ],
    [
      'container:0.33.0',
      { kind: 'container', image: 'ollama/ollama:0.33.0' },
      { kind: 'container', image: `${LLAMA}:0.33.0` },
    ],
    ['container:registry/name:tag', { kind: 'container', image: 'registry/name:tag' }],
    ['container:name:tag', { kind: 'container', image: 'name:tag' }],
    ['container:registry:5000/name', { kind: 'container', image: 'registry:5000/name' }],
    ['container:', { kind: 'container', image: 'ollama/ollama:latest' }],
    ['binary', { kind: 'binary', path: 'ollama' }, { kind: 'binary', path: 'llama-server' }],
    ['binary:/path/to/ollama', { kind: 'binary', path: '/path/to/ollama' }],
    ['binary:C:\\ollama\\ollama.exe', { kind: 'binary', path: 'C:\\ollama\\ollama.exe' }],
    ['binary:my-ollama', { kind: 'binary', path: 'my-ollama' }],
    ['http://host:1234', { kind: 'url', url: 'http://host:1234' }],
    ['http://host:1234/', { kind: 'url', url: 'http://host:1234' }],
    ['http://127.0.0.1', { kind: 'url', url: 'http://127.0.0.1' }],
    ['http://[::1]:1234', { kind: 'url', url: 'http://[::1]:1234' }],
    ['https://host', { kind: 'url', url: 'https://host' }],
    ['https://host/base/path', { kind: 'url', url: 'https://host/base/path' }],
    ['https://host/base/', { kind: 'url', url: 'https://host/base' }],
    ['replay', { kind: 'replay', version: undefined }],
    ['replay:0.24.0', { kind: 'replay', version: '0.24.0' }],
  ]
  test.each(cases)('%s', (text, ollama, llamaServer = ollama) => {
    if (!text.startsWith('container:') || /[/:]./.test(text.slice(10))) {
      expect(parseTarget('llama-server', text)).toEqual(llamaServer)
    }
    expect(parseTarget('ollama', text)).toEqual(ollama)
  })
})

describe('what it may not be: one line says what there is', () => {
  test.each([
    'foo',
    'localhost:11434',
    'Container',
    ' replay',
    'replays:0.24.0',
    'http',
    'http:',
    'http://',
    'http://host:port',
    'http://host:1234?a=b',
    'ftp://host:1234',
    ':',
    '',
  ])('%j', (text) => {
    const message = `OLLAMA_TARGET=${text} is no target; use container, `
    expect(() => parseTarget('ollama', text)).toThrow(message)
    expect(() => parseTarget('ollama', text)).toThrow(expect.objectContaining({ name: 'SuiteError' }))
    expect(() => parseTarget('ollama', text)).not.toThrow(/\n/)
    expect(() => parseTarget('llama-server', text)).toThrow(`LLAMA_SERVER_TARGET=${text} is no target`)
  })

  test('a password belongs in no log', () => {
    expect(() => parseTarget('ollama', 'http://user:word@host:1234')).toThrow(
      /^OLLAMA_TARGET has a user or a password; name a variable that holds them: --header authorization=<VARIABLE>$/,
    )
  })
})
