import { createPublicKey, verify } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Bytes before the key in the form of a key that Node knows, and in the one of OpenSSH. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const SSH = Buffer.from('0000000b7373682d6564323535313900000020', 'hex')

/**
 * The path and the authorization of a request that a server signed with its key, with placeholders for what is its
 * own: its key, the signature, and the time. A signature that is not right stays as it is.
 */
export function masked({ method, url = '', headers: { authorization } }: IncomingMessage) {
  const [, scheme = '', key = '', signature = ''] =
    authorization?.match(/^(Bearer )?([\w+/=]+):([\w+/=]+)$/) ?? []
  const right = isRight(`${method},${url}`, key, signature)
  const named = Buffer.from(`ssh-ed25519 ${key}`).toString('base64url')
  return {
    path: (right ? url.replace(named, '{key}') : url).replace(/([?&]ts=)\d+/, '$1{time}'),
    authorization: right ? `${scheme}{key}:{signature}` : authorization,
  }
}

/** Whether a key of OpenSSH, in base64, signed a text. */
function isRight(text: string, key: string, signature: string): boolean {
  const bytes = Buffer.from(key, 'base64')
  if (!bytes.subarray(0, SSH.length).equals(SSH)) return false
  const der = Buffer.concat([SPKI, bytes.subarray(SSH.length)])
  const known = createPublicKey({ key: der, format: 'der', type: 'spki' })
  return verify(null, Buffer.from(text), known, Buffer.from(signature, 'base64'))
}
