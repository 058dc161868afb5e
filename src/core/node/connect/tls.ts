import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { SecureContextOptions } from 'node:tls'
import { DatastoreError, messageOf } from '../../errors.ts'
import type { OpenContext } from '../../stack/kind.ts'
import type { ConnectionOptions } from './connection-options.ts'

/** Options of Node's TLS: trusted certificates, credentials, and the name that the server's certificate must have. */
export interface TlsSettings extends SecureContextOptions {
  readonly servername: string
}

/**
 * @param host The name of the server in its address. Its certificate must have this name, even behind a tunnel.
 * @returns `undefined` if the connection is not encrypted.
 * @throws DatastoreError `CONFIG_INVALID` for a file that cannot be read.
 */
export async function tlsSettings(
  options: ConnectionOptions['tls'],
  host: string,
  { baseDirectory, secret }: Pick<OpenContext, 'baseDirectory' | 'secret'>,
): Promise<TlsSettings | undefined> {
  if (options === undefined || options === false) return undefined
  if (options === true) return { servername: host }
  const { ca, cert, key, passphrase, servername = host } = options
  const read = async (option: string, path: string) => {
    try {
      return await readFile(resolve(baseDirectory ?? '.', path))
    } catch (cause) {
      const message = `Cannot read the file of "tls.${option}", ${JSON.stringify(path)}: ${messageOf(cause)}`
      throw new DatastoreError('CONFIG_INVALID', message, { cause })
    }
  }
  return {
    servername,
    ...(ca !== undefined && { ca: await read('ca', ca) }),
    ...(cert !== undefined && { cert: await read('cert', cert) }),
    ...(key !== undefined && { key: await read('key', key) }),
    ...(passphrase !== undefined && { passphrase: await secret(passphrase, 'tls.passphrase') }),
  }
}
