import { MINIMAL } from '../../../src/core/capabilities.ts'
import type { ListPage } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { pageOfKeys } from '../../../src/core/list-page.ts'
import type { Call, Maybe } from '../../../src/core/open/call.ts'
import type { Payload } from '../../../src/core/open/payload.ts'
import type { Found, Removed, Store, Written } from '../../../src/core/open/store.ts'

let count = 0

/** A store with only the four required calls, which declares no capabilities beyond them. */
export class MapStore implements Store {
  readonly info = { kind: 'map', id: `map:${++count}` }
  readonly capabilities = MINIMAL
  readonly #values = new Map<string, Found>()
  #version = 0

  read(key: Key): Maybe<Found | undefined> {
    return this.#values.get(key.toString())
  }

  write(key: Key, value: Payload): Maybe<Written> {
    const etag = `${this.info.id}.${++this.#version}`
    this.#values.set(key.toString(), { bytes: value.bytes, shared: true, etag })
    return { etag }
  }

  remove(key: Key): Maybe<Removed> {
    return this.#values.delete(key.toString()) ? 'removed' : 'absent'
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    const keys = [...this.#values.keys()].map(Key.parse)
    return pageOfKeys(keys, prefix, call)
  }
}

/** Answers after a different delay each time, to reveal wrong order. A store that answers at once would hide it. */
export class SlowStore extends MapStore {
  override async read(key: Key): Promise<Found | undefined> {
    await soon()
    return super.read(key)
  }

  override async write(key: Key, value: Payload): Promise<Written> {
    await soon()
    return super.write(key, value)
  }

  override async remove(key: Key): Promise<Removed> {
    await soon()
    return super.remove(key)
  }

  override async list(prefix: Key, call: Call): Promise<ListPage> {
    await soon()
    return super.list(prefix, call)
  }
}

function soon(): Promise<void> {
  return new Promise(resolve => {
    if (Math.random() < 0.5) setImmediate(resolve)
    else queueMicrotask(resolve)
  })
}
