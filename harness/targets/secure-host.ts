import { generateKeyPair } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { IncomingMessage, Server } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { removeFolder, temporaryFolder } from '../base/temporary.ts'

type Identity = { cert: string; key: string }

/**
 * Lets a server on the loopback interface be a host of the internet for who takes it as a proxy: what is meant for that
 * host it gets itself, deciphered, and nothing goes anywhere else. Its key and certificate are made when they are first
 * needed, and are gone with it.
 */
export function secureHost(name: string) {
  let folder: string | undefined
  let made: Promise<Identity> | undefined
  const identity = () => (made ??= makeIdentity(name))
  return {
    /** A file with the certificate: who trusts it takes the server for the host. */
    authority: async () => {
      const { cert } = await identity()
      folder ??= temporaryFolder()
      const file = join(folder, 'authority.pem')
      writeFileSync(file, cert)
      return file
    },
    /** Answers a request for a tunnel. */
    connect: async ({ url }: Pick<IncomingMessage, 'url'>, socket: Duplex, server: Server) => {
      socket.on('error', () => socket.destroy())
      if (url !== `${name}:443`) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      const secure = new TLSSocket(socket, { isServer: true, ...(await identity()) })
      secure.on('error', () => socket.destroy())
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      server.emit('connection', secure)
    },
    remove: () => {
      if (folder) removeFolder(folder)
    },
  }
}

/** A key, and a certificate that it signed for itself: authority and host in one. */
async function makeIdentity(host: string): Promise<Identity> {
  const { privateKey: key, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  // Loaded only where a server is to meet the host.
  const { default: forge } = await import('node-forge')
  const certificate = forge.pki.createCertificate()
  certificate.serialNumber = '01'
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey)
  const day = 24 * 3600_000
  certificate.validity.notBefore = new Date(Date.now() - day)
  certificate.validity.notAfter = new Date(Date.now() + day)
  const subject = [{ name: 'commonName', value: host }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 2, value: host }] },
  ])
  certificate.sign(forge.pki.privateKeyFromPem(key), forge.md.sha256.create())
  return { cert: forge.pki.certificateToPem(certificate), key }
}
