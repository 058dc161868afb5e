import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { basename } from 'node:path'
import { connect, createServer } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TlsOptions } from '../../../../src/core/node/connect/connection-options.ts'
import { tlsSettings } from '../../../../src/core/node/connect/tls.ts'
import { type Certificates, makeCertificates, noOpenssl } from '../../../servers/certificates.ts'
import { serverFolder } from '../../../servers/server-process.ts'

let folder: string
let certificates: Certificates
const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const secret = () => Promise.reject(new Error('no secrets here'))

/** A server that accepts only clients with a certificate. */
async function server(): Promise<number> {
  const { ca, server: own } = certificates
  const [cert, key, authority] = await Promise.all([own.cert, own.key, ca].map(path => readFile(path)))
  const listening = createServer({ cert, key, ca: authority, requestCert: true }, socket =>
    socket.end('hello'),
  )
  listening.on('tlsClientError', () => undefined)
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  cleanups.push(async () => listening.close())
  return (listening.address() as AddressInfo).port
}

/** The message of the server to a client with these options. */
async function greeting(options: TlsOptions | true, host = 'localhost'): Promise<string> {
  const settings = await tlsSettings(options, host, { baseDirectory: folder, secret })
  const socket = connect({ host: '127.0.0.1', port: await server(), ...settings })
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

describe('an encrypted connection', () => {
  beforeEach(async ({ skip }) => {
    skip(noOpenssl !== undefined, noOpenssl)
    folder = await serverFolder()
    cleanups.push(() => rm(folder, { recursive: true }))
    certificates = await makeCertificates(folder)
  })

  it('E10 uses a custom authority and certificate, relative to the stack file', async () => {
    const { client } = certificates
    const options = { ca: 'ca.pem', cert: basename(client.cert), key: basename(client.key) }
    expect(await greeting(options)).toBe('hello')
  })

  it('E10 fails if the authority is not trusted', async () => {
    await expect(greeting(true)).rejects.toMatchObject({
      code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO/) as string,
    })
  })

  it('E10 fails if the certificate is for another server', async () => {
    const { ca, client } = certificates
    const options = { ca, ...client }
    await expect(greeting(options, 'db.example.org')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect(await greeting({ ...options, servername: 'localhost' }, 'db.example.org')).toBe('hello')
  })

  it('E10 a file that cannot be read is named with its option', async () => {
    const settings = tlsSettings({ ca: 'nothing.pem' }, 'localhost', { baseDirectory: folder, secret })
    await expect(settings).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(settings).rejects.toThrow(/"tls.ca", "nothing.pem"/)
  })

  it('E10 a connection is encrypted only on request', async () => {
    const context = { baseDirectory: folder, secret }
    expect(await tlsSettings(undefined, 'localhost', context)).toBeUndefined()
    expect(await tlsSettings(false, 'localhost', context)).toBeUndefined()
  })
})
