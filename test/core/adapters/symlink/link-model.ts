import fc from 'fast-check'
import type { SymlinkDatastore } from '../../../../src/core/adapters/symlink/symlink.ts'
import { DatastoreError } from '../../../../src/core/errors.ts'
import { Key } from '../../../../src/core/key.ts'

export const NAMES = ['/a', '/b', '/c/d', '/c', '/e']

type Name = string
type Held = { readonly value: number } | { readonly link: Name }

export type LinkOperation =
  | { readonly verb: 'put'; readonly key: Name; readonly value: number }
  | { readonly verb: 'get' | 'has' | 'delete' | 'readLink'; readonly key: Name }
  | { readonly verb: 'link' | 'rename'; readonly key: Name; readonly to: Name; readonly replace: boolean }

const key = fc.constantFrom(...NAMES)
const put = fc.record({ verb: fc.constant('put' as const), key, value: fc.nat(255) })
const read = fc.record({ verb: fc.constantFrom('get' as const, 'has' as const), key })
const other = fc.record({ verb: fc.constantFrom('delete' as const, 'readLink' as const), key })
const change = fc.record({
  verb: fc.constantFrom('link' as const, 'link' as const, 'rename' as const),
  key,
  to: key,
  replace: fc.boolean(),
})

export const valueOperation: fc.Arbitrary<LinkOperation> = fc.oneof(put, read)
export const linkOperation: fc.Arbitrary<LinkOperation> = fc.oneof(put, read, other, change, change)

/** The semantics of links, over a plain map. */
export class LinkModel {
  readonly #names = new Map<Name, Held>()

  run(operation: LinkOperation): unknown {
    const { verb, key } = operation
    const held = this.#names.get(key)
    const end = this.#way(key).at(-1) as Name
    const atEnd = this.#names.get(end)
    switch (verb) {
      case 'put':
        this.#names.set(end, { value: operation.value })
        return undefined
      case 'get':
        return atEnd !== undefined && 'value' in atEnd ? atEnd.value : 'NOT_FOUND'
      case 'has':
        return atEnd !== undefined
      case 'readLink':
        return held !== undefined && 'link' in held ? held.link : undefined
      case 'delete':
        return this.#names.delete(key) ? undefined : 'NOT_FOUND'
      case 'link':
        return this.#place(key, { link: operation.to }, operation.replace, true)
      case 'rename': {
        if (held === undefined) return 'NOT_FOUND'
        if (operation.to === key) return undefined
        const refused = this.#place(operation.to, held, operation.replace, false)
        if (refused === undefined) this.#names.delete(key)
        return refused
      }
    }
  }

  /** Each name with the result of a get. */
  entries(): readonly (readonly [Name, unknown])[] {
    return [...this.#names.keys()].map(name => [name, this.run({ verb: 'get', key: name })])
  }

  #place(key: Name, held: Held, replace: boolean, keepsValues: boolean): string | undefined {
    const before = this.#names.get(key)
    const isValue = before !== undefined && 'value' in before
    if (isValue && (keepsValues || !replace)) return 'ALREADY_EXISTS'
    if ('link' in held && this.#way(held.link).includes(key)) return 'CONFLICT'
    if (before !== undefined && !replace) return 'ALREADY_EXISTS'
    this.#names.set(key, held)
    return undefined
  }

  #way(key: Name): Name[] {
    const held = this.#names.get(key)
    return held !== undefined && 'link' in held ? [key, ...this.#way(held.link)] : [key]
  }
}

export async function runOnLinks(store: SymlinkDatastore, operation: LinkOperation): Promise<unknown> {
  const at = Key.parse(operation.key)
  try {
    switch (operation.verb) {
      case 'put':
        await store.put(at, Uint8Array.of(operation.value))
        return undefined
      case 'get':
        return (await store.get(at))[0]
      case 'has':
        return await store.has(at)
      case 'readLink':
        return (await store.readLink(at))?.toString()
      case 'delete':
        await store.delete(at)
        return undefined
      case 'link':
      case 'rename':
        await store[operation.verb](at, Key.parse(operation.to), { replace: operation.replace })
        return undefined
    }
  } catch (error) {
    if (error instanceof DatastoreError) return error.code
    throw error
  }
}
