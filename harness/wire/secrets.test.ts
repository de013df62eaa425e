import { expect, test } from 'vitest'
import { hidden, hide, hideSignIn, secretsIn } from './secrets.ts'

const secrets = secretsIn({ authorization: 'Bearer open-sesame', 'x-team': 'blue', 'x-key': 'a"b c/d e=f' })

test('the value of a header is a secret, and so is each of its longer words, however they are written', () => {
  expect(secrets).toEqual([
    'a%22b%20c%2Fd%20e%3Df',
    'Bearer%20open-sesame',
    'Bearer open-sesame',
    'a\\"b c/d e=f',
    'open-sesame',
    'a"b c/d e=f',
  ])
})

test.each([
  ['no entry for open-sesame', 'no entry for ***********'],
  ['Bearer open-sesame, Bearer blue', '******************, Bearer blue'],
  ['nothing', 'nothing'],
])('%s', (text, shown) => {
  expect(hidden(text, secrets)).toBe(shown)
})

test('in a body it is found however that is cut, and nothing else moves', () => {
  const text = 'say open-sesame, no: Bearer open-sesame!'
  for (let length = 1; length < text.length; length++) {
    const chunks: { t: number; bytes: Buffer }[] = []
    for (let at = 0; at < text.length; at += length) {
      chunks.push({ t: at, bytes: Buffer.from(text.slice(at, at + length)) })
      hide(chunks, secrets)
    }
    const parts = chunks.map(({ bytes }) => bytes.toString())
    expect(parts.join('')).toMatch(/^say \*{11}, no: (Bearer |\*{7})\*{11}!$/)
    expect(parts.map((part) => part.length)).toEqual(
      parts.map((_, index) => Math.min(length, text.length - index * length)),
    )
  }
})

test('of an address to sign in at the name and the key are hidden, however it is cut', () => {
  const text = '{"signin_url":"https://ollama.com/connect?name=host\\u0026key=abc","error":"unauthorized"}'
  const shown = text.replace('host\\u0026key=abc', '*'.repeat(17))
  for (let length = 1; length < text.length; length++) {
    const starts = [...text].flatMap((_, at) => (at % length === 0 ? at : []))
    const chunks = starts.map((at) => ({ t: at, bytes: Buffer.from(text.slice(at, at + length)) }))
    hideSignIn(chunks)
    expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).toString()).toBe(shown)
  }
})
