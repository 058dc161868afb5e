import { failure, type Reason, reason } from '../../errors.ts'
import type { Key } from '../../key.ts'

/** The keys from a link to where it leads, both included; one key alone where there is no link. */
export type LinkWay = readonly [Key, ...Key[]]

export function endOf(way: LinkWay): Key {
  return way.at(-1) ?? way[0]
}

/**
 * Follows links from `key` until there is none.
 * @param linkAt Where the link at a key leads; `undefined` where there is none.
 * @throws DatastoreError `CONFLICT` naming the keys, when the links lead back to one of them.
 */
export async function followLinks(
  action: string,
  key: Key,
  linkAt: (key: Key) => Promise<Key | undefined>,
): Promise<LinkWay> {
  const way: [Key, ...Key[]] = [key]
  const seen = new Set([key.toString()])
  for (let next = await linkAt(key); next !== undefined; next = await linkAt(next)) {
    way.push(next)
    if (seen.has(next.toString())) throw loopFailure(action, key, way)
    seen.add(next.toString())
  }
  return way
}

/** `CONFLICT`: the links from `key` lead in a circle. */
export function loopFailure(action: string, key: Key, way: readonly Key[]): Error {
  return failure('CONFLICT', action, key, reason`its links lead in a circle: ${reasonOfWay(way)}`)
}

/** The keys of a way, as a message shows them. */
export function reasonOfWay(way: readonly Key[]): Reason {
  return way.flatMap((key, index) => (index === 0 ? [key] : [' → ', key]))
}
