import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { missing } from './server-process.ts'

export const noOpenssl = missing('openssl', 'openssl')

/**
 * The certificates that a server is started with: its own, or also those of clients, without which it refuses
 * connections.
 */
export type TlsStart = 'server' | 'both'

/** Paths of PEM files. */
export interface Certified {
  readonly cert: string
  readonly key: string
}

/** An authority, and its certificates for `localhost`, `127.0.0.1` and a client. */
export interface Certificates {
  readonly ca: string
  readonly server: Certified
  readonly address: Certified
  readonly client: Certified
}

export async function makeCertificates(folder: string): Promise<Certificates> {
  const path = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  const ca = path('ca.pem')
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ed25519',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
    '-keyout',
    path('ca.key'),
    '-out',
    ca,
  )
  const certified = async (name: string, subject: string) => {
    const pair = { cert: path(`${name}.pem`), key: path(`${name}.key`) }
    const request = path(`${name}.csr`)
    openssl(
      'req',
      '-newkey',
      'ed25519',
      '-nodes',
      '-subj',
      `/CN=${subject}`,
      '-keyout',
      pair.key,
      '-out',
      request,
    )
    const extensions = path(`${name}.ext`)
    await writeFile(extensions, `subjectAltName=${isIP(subject) === 0 ? 'DNS' : 'IP'}:${subject}\n`)
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      '-CA',
      ca,
      '-CAkey',
      path('ca.key'),
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      extensions,
      '-out',
      pair.cert,
    )
    return pair
  }
  return {
    ca,
    server: await certified('server', 'localhost'),
    address: await certified('address', '127.0.0.1'),
    client: await certified('client', 'someone'),
  }
}
