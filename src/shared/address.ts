import { parseAddress } from '../core/stack/server-address.ts'

/** An address without its password, and the parts that a form shows. */
export interface SplitAddress {
  /** `redis://host:6379/0`: neither user nor password. */
  readonly address: string
  readonly user: string | undefined
  readonly password: string | undefined
}

/** The scheme, and everything before the last `@` of the authority. */
const PROTOCOL = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#\s]*@)?/i

/** Whether a text is the address of a server, or the beginning of one. */
export function isAddress(text: string): boolean {
  return PROTOCOL.test(text)
}

/** Splits user and password from an address. A password can contain `@` and `:`; it is decoded if possible. */
export function splitAddress(text: string): SplitAddress {
  const [whole = '', protocol = '', credentials] = PROTOCOL.exec(text) ?? []
  if (credentials === undefined) return { address: text, user: undefined, password: undefined }
  const given = credentials.slice(0, -1)
  const colon = given.indexOf(':')
  const [user, password] = colon < 0 ? [given, ''] : [given.slice(0, colon), given.slice(colon + 1)]
  const part = (encoded: string) => (encoded === '' ? undefined : decoded(encoded))
  return { address: protocol + text.slice(whole.length), user: part(user), password: part(password) }
}

/** A name for the secret of a server: `app-cache.example.org`. */
export function secretNameFor({ address, user }: Omit<SplitAddress, 'password'>): string {
  const host = parseAddress(address)?.hostname ?? 'server'
  const name = [user, host].filter(part => part !== undefined).join('-')
  return (
    name
      .replaceAll(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64) || 'server'
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
