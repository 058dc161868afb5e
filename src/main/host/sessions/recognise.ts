import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DatastoreError } from '../../../core/errors.ts'
import type { Kind } from '../../../core/stack/kind.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import { parseAddress } from '../../../core/stack/server-address.ts'
import { isAddress, secretNameFor, splitAddress } from '../../../shared/address.ts'
import type { Recognised } from '../../../shared/procedures/sessions.ts'
import { expandPath, fileFailure } from '../files/file-failure.ts'

/**
 * The source for a text: the address of a server, `kind:path`, or a path. A password in an address is removed; the
 * document names a secret for it.
 * @throws DatastoreError `UNSUPPORTED` for an address or a path that no kind opens, `NOT_FOUND` for a path that does
 * not exist.
 */
export async function recognise(text: string, registry: Registry): Promise<Recognised> {
  const typed = text.trim()
  if (isAddress(typed)) return ofAddress(typed, registry)
  const [, name = '', path = ''] = /^([a-z][a-z0-9-]+):(.+)$/s.exec(typed) ?? []
  const kind = registry.find(name)
  if (kind?.recognition?.place !== undefined) return ofKind(kind, expandPath(path))
  return ofPath(expandPath(typed), registry)
}

function ofAddress(text: string, registry: Registry): Recognised {
  const { address, user, password } = splitAddress(text)
  const url = parseAddress(address)
  const protocol = (url?.protocol ?? address.slice(0, address.indexOf(':') + 1)).slice(0, -1)
  const kind = registry.kinds.find(({ recognition }) => recognition?.protocols?.includes(protocol))
  if (kind === undefined) {
    const known = registry.kinds.flatMap(({ recognition }) => recognition?.protocols ?? [])
    const right =
      known.length === 0 ? '' : `; addresses begin with ${known.map(one => `${one}://`).join(', ')}`
    throw new DatastoreError('UNSUPPORTED', `Cannot open an address of ${JSON.stringify(protocol)}${right}`)
  }
  if (url === null || url.hostname === '') {
    throw new DatastoreError('UNSUPPORTED', `Cannot open this address of ${kind.label}: it names no host`)
  }
  const place = url.host + (url.pathname === '/' ? '' : url.pathname)
  const root = {
    kind: kind.kind,
    id: kind.kind,
    url: address,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password: { secret: secretNameFor({ address, user }) } }),
  }
  return {
    source: { type: 'document', document: { strata: 1, name: place, root } },
    title: `${kind.label} at ${place}${user === undefined ? '' : `, as ${user}`}`,
    kind: kind.kind,
  }
}

async function ofKind(kind: Kind, path: string): Promise<Recognised> {
  const options = await kind.recognition?.place?.(path)
  if (options !== undefined) return placeOf(kind, path, options)
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure('open', path, error)
  })
  const what = found.isDirectory() ? 'folder' : 'file'
  throw new DatastoreError(
    'UNSUPPORTED',
    `Cannot open ${JSON.stringify(path)} as ${kind.label}: this ${what} has another format`,
  )
}

async function ofPath(path: string, registry: Registry): Promise<Recognised> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure('open', path, error)
  })
  for (const kind of registry.kinds) {
    const options = await kind.recognition?.place?.(path)
    if (options !== undefined) return placeOf(kind, path, options)
  }
  const name = basename(path) || path
  return found.isDirectory()
    ? { source: { type: 'folder', path }, title: `Folder ${name}`, kind: 'fs' }
    : { source: { type: 'stackFile', path }, title: `Stack file ${name}` }
}

function placeOf({ kind, label }: Kind, path: string, options: Record<string, unknown>): Recognised {
  const name = basename(path) || path
  const root = { kind, id: kind, label: name, ...options }
  return {
    source: { type: 'document', document: { strata: 1, name, root } },
    title: `${label} ${name}`,
    kind,
  }
}
