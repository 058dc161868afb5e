import { createHmac, timingSafeEqual } from 'node:crypto'

/** One line of a `known_hosts` file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
interface KnownHost {
  readonly isRevoked: boolean
  readonly hosts: string
  /** The type in the key itself: `ssh-ed25519`, `rsa-sha2-256` … */
  readonly type: string
  readonly key: Buffer
}

/** Whether a file of known hosts lists a key that a host offers. */
export type HostKeyStatus = 'known' | 'unknown' | 'changed' | 'revoked'

/** The keys of hosts that the user has accepted before. Lines with certificate authorities are ignored. */
export class KnownHosts {
  readonly #lines: readonly KnownHost[]

  constructor(text: string) {
    this.#lines = text.split(/\r?\n/).flatMap(line => parsed(line) ?? [])
  }

  /** `changed`: the host is listed with other keys, but not with the offered one. */
  check(host: string, port: number, key: Buffer): HostKeyStatus {
    const lines = this.#of(host, port)
    const same = lines.filter(line => line.key.equals(key))
    if (same.some(({ isRevoked }) => isRevoked)) return 'revoked'
    if (same.length > 0) return 'known'
    return lines.some(({ isRevoked }) => !isRevoked) ? 'changed' : 'unknown'
  }

  /** The types of the keys that are listed for a host, so that it is asked for one of these. */
  typesOf(host: string, port: number): readonly string[] {
    const types = this.#of(host, port).filter(({ isRevoked }) => !isRevoked)
    return [...new Set(types.map(({ type }) => type))]
  }

  #of(host: string, port: number): readonly KnownHost[] {
    const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
    return this.#lines.filter(({ hosts }) => matches(hosts, name))
  }
}

function parsed(line: string): KnownHost | undefined {
  const fields = line.trim().split(/\s+/)
  const marker = fields[0]?.startsWith('@') === true ? fields.shift() : undefined
  const [hosts, type, key] = fields
  if (hosts === undefined || hosts.startsWith('#') || type === undefined || key === undefined)
    return undefined
  if (marker !== undefined && marker !== '@revoked') return undefined
  return { isRevoked: marker !== undefined, hosts, type, key: Buffer.from(key, 'base64') }
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return matchesHash(hosts, name)
  let isMatch = false
  for (const pattern of hosts.split(',')) {
    const isNegated = pattern.startsWith('!')
    if (!matchesPattern(isNegated ? pattern.slice(1) : pattern, name)) continue
    if (isNegated) return false
    isMatch = true
  }
  return isMatch
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, both in base64. */
function matchesHash(hosts: string, name: string): boolean {
  const [, , salt = '', hash = ''] = hosts.split('|')
  const expected = Buffer.from(hash, 'base64')
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === found.length && timingSafeEqual(expected, found)
}

/** `*` matches any characters, `?` matches one. */
function matchesPattern(pattern: string, name: string): boolean {
  const text = pattern.toLowerCase()
  let at = 0
  let back = -1
  let resume = 0
  let index = 0
  while (index < name.length) {
    if (at < text.length && (text[at] === '?' || text[at] === name[index]) && text[at] !== '*') {
      at++
      index++
    } else if (text[at] === '*') {
      back = at++
      resume = index
    } else if (back >= 0) {
      at = back + 1
      index = ++resume
    } else return false
  }
  while (text[at] === '*') at++
  return at === text.length
}
