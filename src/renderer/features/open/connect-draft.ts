import { parseAddress } from '../../../core/stack/server-address.ts'
import { secretNameFor, splitAddress } from '../../../shared/address.ts'
import type { KindInfo } from '../../../shared/procedures/stacks.ts'

/** The state of a form for a server. A typed password exists only here until it is stored as a secret. */
export interface ConnectDraft {
  readonly kind: string
  readonly name: string
  readonly url: string
  readonly user: string
  readonly password: string
  /** The name of the secret with the password; empty for none. */
  readonly secret: string
  /** Store a typed password only until the program ends. */
  readonly isForRun: boolean
  /** `undefined`: as the address says. */
  readonly isEncrypted: boolean
  /** Texts of other options, by their names. Those that are left out, or empty, have their defaults. */
  readonly texts: Readonly<Record<string, string>>
  readonly isReadOnly: boolean
}

/** @param text An address, which may contain user and password. */
export function connectDraft(text: string, kind: KindInfo): ConnectDraft {
  const { address, user = '', password = '' } = splitAddress(text.trim())
  return {
    kind: kind.kind,
    name: placeOf(address),
    url: address,
    user,
    password,
    secret: password === '' ? '' : secretNameFor({ address, user: user === '' ? undefined : user }),
    isForRun: true,
    isEncrypted: isEncryptedAddress(address, kind),
    texts: {},
    isReadOnly: false,
  }
}

/** The draft with another address. A pasted address may contain user and password. */
export function withAddress(draft: ConnectDraft, text: string, kind: KindInfo): ConnectDraft {
  const { address, user, password } = splitAddress(text)
  const changed = {
    ...draft,
    url: address,
    ...(draft.name === placeOf(draft.url) && { name: placeOf(address) }),
    ...(user !== undefined && { user }),
    isEncrypted:
      isEncryptedAddress(address, kind) || (draft.isEncrypted && !isEncryptedAddress(draft.url, kind)),
  }
  return password === undefined ? changed : withPassword(changed, password)
}

/** The draft with a typed password, and a name for its secret if it had none. */
export function withPassword(draft: ConnectDraft, password: string): ConnectDraft {
  const { url, user } = draft
  const name = secretNameFor({ address: url, user: user === '' ? undefined : user })
  return { ...draft, password, secret: draft.secret === '' && password !== '' ? name : draft.secret }
}

/** The stack document of a draft. It names the secret and contains no password. */
export function documentOf(draft: ConnectDraft, kind: KindInfo): Record<string, unknown> {
  const { name, url, user, secret, isEncrypted, texts, isReadOnly } = draft
  const has = (option: string) => hasOption(kind, option)
  return {
    strata: 1,
    name: name.trim() === '' ? placeOf(url) : name.trim(),
    root: {
      kind: draft.kind,
      id: draft.kind,
      url: url.trim(),
      ...(user !== '' && has('user') && { user }),
      ...(secret !== '' && has('password') && { password: { secret } }),
      ...(isEncrypted && !isEncryptedAddress(url, kind) && has('tls') && { tls: true }),
      ...Object.fromEntries(Object.entries(texts).filter(([option, text]) => text !== '' && has(option))),
      ...(isReadOnly && has('readOnly') && { readOnly: true }),
    },
  }
}

export function hasOption({ schema }: KindInfo, option: string): boolean {
  const { properties } = schema
  return typeof properties === 'object' && properties !== null && option in properties
}

/** Whether the address itself requests encryption, as `rediss://` does. */
export function isEncryptedAddress(address: string, { protocols = [] }: KindInfo): boolean {
  const protocol = address.slice(0, address.indexOf('://')).toLowerCase()
  return protocol.endsWith('s') && protocols.includes(protocol.slice(0, -1))
}

function placeOf(address: string): string {
  const url = parseAddress(address)
  return url === null ? '' : url.host + (url.pathname === '/' ? '' : url.pathname)
}
