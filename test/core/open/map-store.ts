import { MINIMAL } from '../../../src/core/capabilities.ts'
import type { ListPage } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import type { Call, Maybe } from '../../../src/core/open/call.ts'
import { pageOfKeys } from '../../../src/core/open/completion.ts'
import type { Payload } from '../../../src/core/open/payload.ts'
import type { Found, Removed, Store, Written } from '../../../src/core/open/store.ts'

let count = 0

/** A store in four calls, which declares nothing beyond them. */
export class MapStore implements Store {
  readonly info = { kind: 'map', id: `map:${++count}` }
  readonly capabilities = MINIMAL
  readonly #values = new Map<string, Found>()
  #version = 0

  read(key: Key, _call: Call): Maybe<Found | undefined> {
    return this.#values.get(key.toString())
  }

  write(key: Key, value: Payload, _call: Call): Maybe<Written> {
    const etag = `${this.info.id}.${++this.#version}`
    this.#values.set(key.toString(), { bytes: value.bytes, shared: true, etag })
    return { etag }
  }

  remove(key: Key, _call: Call): Maybe<Removed> {
    return this.#values.delete(key.toString()) ? 'removed' : 'absent'
  }

  list(prefix: Key, call: Call): Maybe<ListPage> {
    const keys = [...this.#values.keys()].map(Key.parse)
    return pageOfKeys(keys, prefix, call)
  }
}

/** Answers later, after a different wait each time: a store that answers at once hides what is out of order. */
export class SlowStore extends MapStore {
  override async read(key: Key, call: Call): Promise<Found | undefined> {
    await soon()
    return super.read(key, call)
  }

  override async write(key: Key, value: Payload, call: Call): Promise<Written> {
    await soon()
    return super.write(key, value, call)
  }

  override async remove(key: Key, call: Call): Promise<Removed> {
    await soon()
    return super.remove(key, call)
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
