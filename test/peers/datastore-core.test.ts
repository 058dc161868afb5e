import {
  MemoryDatastore as PeerMemory,
  MountDatastore as PeerMount,
  TieredDatastore as PeerTiered,
} from 'datastore-core'
import { Key as PeerKey, type Datastore as PeerStore } from 'interface-datastore'
import { describe, expect, it } from 'vitest'
import {
  asInterfaceDatastore,
  Key,
  MemoryDatastore,
  MountDatastore,
  TieredDatastore,
} from '../../src/core/index.ts'
import { collect } from '../../src/testkit/suite.ts'

/**
 * The interface used by the probes. Our stores are wrapped in the interface of the peer, so that one probe
 * serves both.
 */
type Shown = Pick<PeerStore, 'put' | 'get' | 'has' | 'batch' | 'queryKeys'>

const value = (byte: number) => Uint8Array.of(byte)
const peerKey = (text: string) => new PeerKey(text)
const twoOfOurs = () => [new MemoryDatastore(), new MemoryDatastore()] as const
const twoPeers = () => [new PeerMemory(), new PeerMemory()] as const

describe('Key of interface-datastore', () => {
  it('K9 /a counts as an ancestor of /ab', () => {
    expect(peerKey('/a').isAncestorOf(peerKey('/ab'))).toBe(true)
    expect(Key.parse('/a').isAncestorOf(Key.parse('/ab'))).toBe(false)
  })

  it('K2 a key may climb out of the store', () => {
    expect(peerKey('/../evil').toString()).toBe('/../evil')
    expect(() => Key.parse('/../evil')).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }))
  })
})

describe('TieredDatastore of datastore-core', () => {
  it('A10 a read never fills the tiers above', async () => {
    const probe = async (top: Shown, last: Shown, whole: Shown) => {
      await last.put(peerKey('/a'), value(1))
      await whole.get(peerKey('/a'))
      // Copies are made in the background; this outlasts any copy from memory.
      for (let turn = 0; turn < 10 && !(await top.has(peerKey('/a'))); turn++)
        await new Promise(resolve => setImmediate(resolve))
      return top.has(peerKey('/a'))
    }
    const theirs = twoPeers()
    expect(await probe(...theirs, new PeerTiered([...theirs]))).toBe(false)
    const [top, last] = twoOfOurs()
    const whole = asInterfaceDatastore(new TieredDatastore([top, last]))
    expect(await probe(asInterfaceDatastore(top), asInterfaceDatastore(last), whole)).toBe(true)
  })
})

describe('MountDatastore of datastore-core', () => {
  /**
   * The contents of the two stores mounted at `/a` and `/a/b`, and the readable keys, after a put of `put`.
   */
  const probe = async (outer: Shown, inner: Shown, whole: Shown, put: string) => {
    await Promise.resolve(whole.put(peerKey(put), value(1))).catch(() => undefined)
    const held = async (store: Shown) => (await collect(asyncOf(store.queryKeys({})))).map(String)
    return { outer: await held(outer), inner: await held(inner) }
  }
  const probePeer = (put: string) => {
    const [outer, inner] = twoPeers()
    const mounts = [
      { prefix: peerKey('/a'), datastore: outer },
      { prefix: peerKey('/a/b'), datastore: inner },
    ]
    return probe(outer, inner, new PeerMount(mounts), put)
  }
  const probeOurs = (put: string) => {
    const [outer, inner] = twoOfOurs()
    const whole = new MountDatastore({ '/a': outer, '/a/b': inner })
    return probe(asInterfaceDatastore(outer), asInterfaceDatastore(inner), asInterfaceDatastore(whole), put)
  }

  it('M1 mounts are tried in the order listed, and the prefix is not removed', async () => {
    expect(await probePeer('/a/b/c')).toEqual({ outer: ['/a/b/c'], inner: [] })
    expect(await probeOurs('/a/b/c')).toEqual({ outer: [], inner: ['/c'] })
  })

  it('M1 K9 /abc goes to the mount /a', async () => {
    expect(await probePeer('/abc')).toEqual({ outer: ['/abc'], inner: [] })
    expect(await probeOurs('/abc')).toEqual({ outer: [], inner: [] })
  })
})

describe('stores of datastore-core', () => {
  it('D64 a batch that deletes and then puts loses the put', async () => {
    const probe = async (store: Shown) => {
      const batch = store.batch()
      batch.delete(peerKey('/a'))
      batch.put(peerKey('/a'), value(1))
      await batch.commit()
      return store.has(peerKey('/a'))
    }
    expect(await probe(new PeerMemory())).toBe(false)
    expect(await probe(asInterfaceDatastore(new MemoryDatastore()))).toBe(true)
  })

  it('Q5 only the last of several orders is applied', async () => {
    const by = (index: number) => (a: PeerKey, b: PeerKey) =>
      Math.sign(a.toString().charCodeAt(index) - b.toString().charCodeAt(index)) as -1 | 0 | 1
    const probe = async (store: Shown) => {
      for (const text of ['/b1', '/a2', '/a1', '/b2']) await store.put(peerKey(text), value(1))
      return (await collect(asyncOf(store.queryKeys({ orders: [by(1), by(2)] })))).map(String)
    }
    const peer = await probe(new PeerMemory())
    expect(peer.map(text => text.at(-1))).toEqual(['1', '1', '2', '2'])
    const ours = await probe(asInterfaceDatastore(new MemoryDatastore()))
    expect(ours).toEqual(['/a1', '/a2', '/b1', '/b2'])
  })

  it('D15 the memory store keeps the buffer of the caller instead of a copy', async () => {
    const probe = async (store: Shown) => {
      const buffer = value(1)
      await store.put(peerKey('/a'), buffer)
      buffer.fill(2)
      const first = await store.get(peerKey('/a'))
      const seen = [...first]
      first.fill(3)
      return [...seen, ...(await store.get(peerKey('/a')))]
    }
    expect(await probe(new PeerMemory())).toEqual([2, 3])
    expect(await probe(asInterfaceDatastore(new MemoryDatastore()))).toEqual([1, 1])
  })
})

async function* asyncOf<T>(items: Iterable<T> | AsyncIterable<T>): AsyncIterable<T> {
  yield* items
}
