import { type Capabilities, MINIMAL } from '../capabilities.ts'
import type { ListPage } from '../datastore.ts'
import { Key } from '../key.ts'
import type { Call } from '../open/call.ts'
import { pageOfKeys } from '../open/completion.ts'
import type { Payload } from '../open/payload.ts'
import type { Found, Removed, Store, StoreInfo, Written } from '../open/store.ts'
import type { ValueTable } from './value-table.ts'

/** A write that waits for the commit; without bytes, a removal. */
interface Waiting {
  readonly key: Key
  readonly found: Found | undefined
  readonly ttl?: number | undefined
}

/**
 * A transaction of a memory store, optimistic: writes wait for the commit, which is one step and does nothing when what
 * was read has changed since. A listing reads every key, so any change after it is a conflict.
 * Source: Kung and Robinson, "On Optimistic Methods for Concurrency Control", 1981.
 */
export class MemoryTransaction implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities = { ...MINIMAL, write: { ...MINIMAL.write, ttl: true } }
  readonly #values: ValueTable
  /** What was read, by the etag that it had. */
  readonly #seen = new Map<string, { readonly key: Key; readonly etag: string | undefined }>()
  readonly #writes = new Map<string, Waiting>()
  /** How many changes the table had seen at the first listing. */
  #listedAt: number | undefined

  constructor(info: StoreInfo, values: ValueTable) {
    this.info = info
    this.#values = values
  }

  read(key: Key): Found | undefined {
    const text = key.toString()
    const own = this.#writes.get(text)
    if (own !== undefined) return own.found
    const found = this.#values.find(key)
    if (!this.#seen.has(text)) this.#seen.set(text, { key, etag: found?.etag })
    return found
  }

  write(key: Key, value: Payload, { options }: Call): Written {
    const etag = this.#values.nextEtag()
    const found: Found = { bytes: value.keep(), shared: true, etag, mtime: Date.now() }
    this.#writes.set(key.toString(), { key, found, ttl: options.ttl })
    return { etag }
  }

  remove(key: Key): Removed {
    if (this.read(key) === undefined) return 'absent'
    this.#writes.set(key.toString(), { key, found: undefined })
    return 'removed'
  }

  list(prefix: Key, call: Call): ListPage {
    this.#listedAt ??= this.#values.changeCount
    const texts = new Set(this.#values.texts())
    for (const [text, { found }] of this.#writes) {
      if (found === undefined) texts.delete(text)
      else texts.add(text)
    }
    return pageOfKeys([...texts].map(Key.parse), prefix, call)
  }

  /** @returns False where something that was read has changed: nothing is written. */
  commit(): boolean {
    const values = this.#values
    if (this.#listedAt !== undefined && values.changeCount !== this.#listedAt) return false
    for (const { key, etag } of this.#seen.values()) if (values.find(key)?.etag !== etag) return false
    for (const { key, found, ttl } of this.#writes.values()) {
      if (found === undefined) values.remove(key)
      else values.store(key, found.bytes, found.bytes.length, ttl, found.etag)
    }
    return true
  }

  rollback(): void {
    this.#writes.clear()
  }
}
