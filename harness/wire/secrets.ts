import type { Chunk } from './exchange.ts'

/** What is shorter stands in many an answer by chance. */
const SHORTEST = 6

/** What of the values of headers a server could repeat: each as a whole, and its words, for `Bearer` is none; as they are, and within JSON and addresses. */
export function secretsIn(headers: Record<string, string>): string[] {
  const texts = Object.values(headers)
    .flatMap((value) => [value, ...value.split(/\s+/)])
    .filter((text) => text.length >= SHORTEST && !/^(Bearer|Digest|Negotiate)$/i.test(text))
  const forms = texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
  // The whole before its words.
  return [...new Set(forms)].sort((a, b) => b.length - a.length)
}

/** A text with `*` in place of secrets. */
export const hidden = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(secret, '*'.repeat(secret.length)), text)

/** Puts `*` in place of the bytes of secrets, in the last part of a body and in those before it that it ends. */
export function hide(chunks: readonly Chunk[], secrets: readonly string[]): void {
  if (secrets.length === 0) return
  // As much of what came before as could be the begin of one.
  let before = Math.max(...secrets.map((secret) => Buffer.byteLength(secret))) - 1
  let first = chunks.length - 1
  while (first > 0 && before > 0) before -= chunks[--first]?.bytes.length ?? 0
  edit(chunks.slice(first), (whole) => {
    for (const secret of secrets) {
      const bytes = Buffer.from(secret)
      for (let at = whole.indexOf(bytes); at >= 0; at = whole.indexOf(bytes, at)) {
        whole.fill('*', at, at + bytes.length)
      }
    }
  })
}

/** What stands in the address where somebody signs a server in: the name of its machine, and its key. */
const SIGN_IN = /(?<=\/connect\?name=)[^"\s]+/g

/** Puts `*` in place of what an address to sign in at says of a server. */
export function hideSignIn(chunks: readonly Chunk[]): void {
  edit(chunks, (whole) => {
    for (const { index, 0: own } of whole.toString('latin1').matchAll(SIGN_IN)) {
      whole.fill('*', index, index + own.length)
    }
  })
}

/** Changes the bytes of parts where they are, as if they were not cut. */
function edit(chunks: readonly Chunk[], change: (whole: Buffer) => void): void {
  const parts = chunks.map(({ bytes }) => bytes)
  const whole = Buffer.concat(parts)
  change(whole)
  let from = 0
  for (const part of parts) from += whole.copy(part, 0, from, from + part.length)
}
