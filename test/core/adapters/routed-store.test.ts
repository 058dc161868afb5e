import { createHook } from 'node:async_hooks'
import { expect, it } from 'vitest'
import { MountDatastore } from '../../../src/core/adapters/mount.ts'
import { NamespaceDatastore } from '../../../src/core/adapters/namespace.ts'
import { ShardedDatastore } from '../../../src/core/adapters/sharded/sharded.ts'
import {
  type KeyTransform,
  KeyTransformDatastore,
} from '../../../src/core/adapters/transform/key-transform.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { Key } from '../../../src/core/key.ts'
import { Call } from '../../../src/core/open/call.ts'
import { Datastore, openStoreOf } from '../../../src/core/open/datastore.ts'
import type { Payload } from '../../../src/core/open/payload.ts'
import type { Written } from '../../../src/core/open/store.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'
import { MapStore, SlowStore } from '../open/map-store.ts'

const key = (text: string) => Key.parse(text)
const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = (value: Uint8Array) => new TextDecoder().decode(value)

/** Prefixes each segment with `p`. */
const marked: KeyTransform = {
  keepsLevels: true,
  to: one => Key.of(...one.segments.map(segment => `p${segment}`)),
  from: below =>
    below.segments.every(segment => /^p./s.test(segment))
      ? Key.of(...below.segments.map(segment => segment.slice(1)))
      : undefined,
}

/** The inverse. */
const unmarked: KeyTransform = { to: one => marked.from(one) ?? one, from: below => marked.to(below) }

/** Five routers over one store. */
function routed(store: BinaryDatastore): BinaryDatastore {
  const mounted = new MountDatastore({ '/': new NamespaceDatastore(store, key('/a')) })
  const lower = new KeyTransformDatastore(new NamespaceDatastore(mounted, key('/b')), marked)
  return new ShardedDatastore([lower, new MemoryDatastore()], { by: () => 0 })
}

const slow = () => new Datastore(new SlowStore())

describeDatastore('five routers over a slow store', { create: async () => routed(slow()), runs: 10 })

it('D16 calls through different routers over one slow store take effect in call order', async () => {
  for (let run = 0; run < 30; run++) {
    const inner = slow()
    const handles: readonly (readonly [BinaryDatastore, Key])[] = [
      [inner, key('/a/x')],
      [new NamespaceDatastore(inner, key('/a')), key('/x')],
      [new MountDatastore({ '/m': inner }), key('/m/a/x')],
      [new KeyTransformDatastore(new NamespaceDatastore(inner, key('/a')), unmarked), key('/px')],
      [new ShardedDatastore([inner, inner]), key('/a/x')],
    ]
    const at = (index: number) => handles[index % 5] as (typeof handles)[number]
    const seen: Promise<string>[] = []
    for (let call = 0; call < 40; call++) {
      const [writer, own] = at(call * 7)
      void writer.put(own, bytes(String(call)))
      const [reader, same] = at(call * 3)
      seen.push(reader.get(same).then(textOf))
    }
    expect(await Promise.all(seen)).toEqual(Array.from({ length: 40 }, (_, call) => String(call)))
  }
})

/** Counts the promises created before a call returns, and until its answer. */
async function promisesOf(call: () => Promise<unknown>): Promise<{ atOnce: number; inAll: number }> {
  let count = 0
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'PROMISE') count++
    },
  })
  hook.enable()
  const answer = call()
  const atOnce = count
  await answer
  hook.disable()
  return { atOnce, inAll: count }
}

it('D1 D2 a get or a put through five routers over memory creates one promise', async () => {
  const memory = new MemoryDatastore()
  const store = routed(memory)
  const value = bytes('value')
  await store.put(key('/x'), value)
  // The first call includes one-time work of the runtime.
  await promisesOf(() => memory.get(key('/a/b/px')))
  const plain = await promisesOf(() => memory.get(key('/a/b/px')))
  expect(plain.atOnce).toBe(1)
  expect(await promisesOf(() => store.get(key('/x')))).toEqual(plain)
  expect(await promisesOf(() => store.put(key('/x'), value))).toEqual(plain)
})

it('D15 routers pass on the bytes of a put and of a get without a copy', async () => {
  const lent: Uint8Array[] = []
  let copies = 0
  class CountingStore extends MapStore {
    readonly lent = true
    override write(at: Key, value: Payload): Written {
      lent.push(value.bytes)
      value.keep(given => {
        copies++
        return new Uint8Array(given)
      })
      return super.write(at, value) as Written
    }
  }
  const inner = new Datastore(new CountingStore())
  const store = routed(inner)
  const value = bytes('value')
  await store.put(key('/x'), value)
  expect(lent[0]).toBe(value)
  expect(copies).toBe(1)
  const found = openStoreOf(store).read(key('/x'), Call.plain)
  expect(found).toBe(openStoreOf(inner).read(key('/a/b/px'), Call.plain))
})
