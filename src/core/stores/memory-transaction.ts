import { type Capabilities, MINIMAL } from '../capabilities.ts'
import type { ListPage } from '../datastore.ts'
import { Key } from '../key.ts'
import { pageOfKeys } from '../list-page.ts'
import type { Call } from '../open/call.ts'
import type { Payload } from '../open/payload.ts'
import type { Found, Moved, Removed, Store, StoreInfo, Written } from '../open/store.ts'
import type { ValueTable, Version } from './value-table.ts'

/** A write that waits for the commit; without a version, a removal. */
interface Waiting {
  readonly key: Key
  readonly version: Version | undefined
}

/**
 * An optimistic transaction of a memory store: writes are collected for the commit, which is atomic and does nothing if
 * what was read has changed since. A listing reads every key, so any later change is a conflict. Source: Kung and
 * Robinson, "On Optimistic Methods for Concurrency Control", 1981.
 */
export class MemoryTransaction implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities = {
    ...MINIMAL,
    write: { ...MINIMAL.write, ttl: true },
    rename: 'atomic',
  }
  readonly #values: ValueTable
  /** What was read, by the etag at that time. */
  readonly #seen = new Map<string, { readonly key: Key; readonly etag: string | undefined }>()
  readonly #writes = new Map<string, Waiting>()
  /** The number of changes of the table at the first listing. */
  #listedAt: number | undefined

  constructor(info: StoreInfo, values: ValueTable) {
    this.info = info
    this.#values = values
  }

  read(key: Key): Found | undefined {
    return this.#find(key)
  }

  #find(key: Key): Version | undefined {
    const text = key.toString()
    const own = this.#writes.get(text)
    if (own !== undefined) return current(own)
    const found = this.#values.find(key)
    if (!this.#seen.has(text)) this.#seen.set(text, { key, etag: found?.etag })
    return found
  }

  write(key: Key, value: Payload, { options }: Call): Written {
    const version = this.#values.unstored(value.keep(), options.ttl)
    this.#writes.set(key.toString(), { key, version })
    return { etag: version.etag }
  }

  remove(key: Key): Removed {
    if (this.read(key) === undefined) return 'absent'
    this.#writes.set(key.toString(), { key, version: undefined })
    return 'removed'
  }

  move(from: Key, to: Key, { options }: Call): Moved {
    const version = this.#find(from)
    if (version === undefined) return 'absent'
    if (!options.replace && this.#find(to) !== undefined) return 'exists'
    const { bytes, left, expiresHere } = version
    this.#writes.set(from.toString(), { key: from, version: undefined })
    this.#writes.set(to.toString(), { key: to, version: this.#values.unstored(bytes, left, expiresHere) })
    return 'moved'
  }

  list(prefix: Key, call: Call): ListPage {
    this.#listedAt ??= this.#values.changeCount
    const texts = new Set(this.#values.texts())
    for (const [text, write] of this.#writes) {
      if (current(write) === undefined) texts.delete(text)
      else texts.add(text)
    }
    return pageOfKeys([...texts].map(Key.parse), prefix, call)
  }

  /** @returns False if anything that was read has changed: nothing is written. */
  commit(): boolean {
    const values = this.#values
    if (this.#listedAt !== undefined && values.changeCount !== this.#listedAt) return false
    for (const { key, etag } of this.#seen.values()) if (values.find(key)?.etag !== etag) return false
    for (const write of this.#writes.values()) {
      const version = current(write)
      if (version === undefined) values.remove(write.key)
      else values.store(write.key, version.bytes, storedAs(version))
    }
    return true
  }

  rollback(): void {
    this.#writes.clear()
  }
}

function storedAs({ left, expiresHere, number }: Version): Parameters<ValueTable['store']>[2] {
  return { ttl: left, number, ...(expiresHere && { expiresHere }) }
}

/** The version that a write results in: `undefined` once its time to live is over. */
function current({ version }: Waiting): Version | undefined {
  return (version?.left ?? 1) > 0 ? version : undefined
}
