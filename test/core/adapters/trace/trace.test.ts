import { describe, expect, it } from 'vitest'
import { TieredDatastore } from '../../../../src/core/adapters/tiered/tiered.ts'
import type { Span } from '../../../../src/core/adapters/trace/span.ts'
import { trace } from '../../../../src/core/adapters/trace/trace.ts'
import type { Capabilities } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { Datastore } from '../../../../src/core/open/datastore.ts'
import type { Operation } from '../../../../src/core/open/store.ts'
import { MemoryDatastore, MemoryStore } from '../../../../src/core/stores/memory.ts'
import { collect } from '../../../../src/testkit/suite.ts'
import { uncaughtDuring } from '../../uncaught.ts'

const a = Key.parse('/a')
const b = Key.parse('/b')

function traced(store: Datastore = new MemoryDatastore(), name = 'memory') {
  const spans: Span[] = []
  return { spans, store: trace(store, { name, onSpan: span => spans.push(span) }) }
}

class AtomicMemory extends MemoryStore {
  override readonly capabilities: Capabilities = { ...new MemoryStore().capabilities, batch: 'atomic' }

  batch(operations: Operation[]): void {
    operations.length = 0
  }
}

describe('trace', () => {
  it('W3 trace() reports when a call began, its duration, its outcome and the number of bytes', async () => {
    const { spans, store } = traced()
    const before = Date.now()
    await store.put(a, new Uint8Array(7))
    await store.rename(a, b)
    await expect(store.get(a)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(spans).toMatchObject([
      { node: 'memory', verb: 'put', key: a, outcome: 'ok', bytes: 7 },
      { verb: 'rename', key: a, to: b, outcome: 'ok' },
      { verb: 'get', key: a, outcome: 'NOT_FOUND' },
    ])
    for (const { id, parent, start, duration } of spans) {
      expect(id).toBeGreaterThan(0)
      expect(parent).toBeUndefined()
      expect(duration).toBeGreaterThanOrEqual(0)
      expect(start).toBeGreaterThan(before - 1000)
      expect(start).toBeLessThan(Date.now() + 1000)
    }
    expect(new Set(spans.map(({ id }) => id)).size).toBe(3)
    expect('bytes' in spans[1]!).toBe(false)
  })

  it('W3 traced stores over one another report which call was part of which', async () => {
    const spans: Span[] = []
    const named = (name: string) => trace(new MemoryDatastore(), { name, onSpan: span => spans.push(span) })
    const tiers = new TieredDatastore([named('near'), named('far')])
    const store = trace(tiers, { name: 'tiers', onSpan: span => spans.push(span) })
    await store.put(a, Uint8Array.of(1))
    const put = spans.find(({ node }) => node === 'tiers')
    expect(spans.filter(({ parent }) => parent === put?.id).map(({ node }) => node)).toEqual(['far', 'near'])
  })

  it('W20 the span of a stream ends once: at its end, when its consumer stops or when it fails', async () => {
    const { spans, store } = traced()
    await store.put(a, new Uint8Array(200_000))
    spans.length = 0
    let bytes = 0
    for await (const chunk of store.getStream(a)) bytes += chunk.length
    expect(spans).toMatchObject([{ verb: 'getStream', outcome: 'ok', bytes: 200_000 }])
    expect(bytes).toBe(200_000)

    const chunks = store.getStream(a)[Symbol.asyncIterator]()
    const first = await chunks.next()
    expect(spans).toHaveLength(1)
    await chunks.return?.()
    await chunks.return?.()
    expect(await chunks.next()).toEqual({ done: true, value: undefined })
    expect(spans[1]).toMatchObject({ outcome: 'ok', bytes: first.done === true ? 0 : first.value.length })
    expect(spans).toHaveLength(2)

    await expect(store.getStream(b)[Symbol.asyncIterator]().next()).rejects.toThrow()
    expect(spans[2]).toMatchObject({ verb: 'getStream', outcome: 'NOT_FOUND' })
    await store.getStream(a)[Symbol.asyncIterator]().return?.()
    expect(spans).toHaveLength(3)
  })

  it('W20 the span of a watch ends when its consumer stops, even without a change', async () => {
    const { spans, store } = traced()
    const changes = store.watch(Key.root)[Symbol.asyncIterator]()
    const next = changes.next()
    await changes.return?.()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(spans).toMatchObject([{ verb: 'watch', outcome: 'ok' }])
  })

  it('W3 bytes are counted for every call that reads or writes values', async () => {
    const { spans, store } = traced()
    const key = await store.putNew(Key.root, new Uint8Array(1))
    const pairs = [
      { key: a, value: new Uint8Array(2) },
      { key: b, value: new Uint8Array(3) },
    ]
    await collect(store.putMany(pairs))
    await collect(store.getMany([a, key]))
    await collect(store.query({}))
    const batch = store.batch().put(a, new Uint8Array(4)).put(b, new Uint8Array(4))
    await batch.commit()
    await batch.put(a, new Uint8Array(9)).commit()
    const own = spans.filter(({ parent }) => parent === undefined)
    expect(own.map(({ verb, bytes }) => [verb, bytes])).toEqual([
      ['putNew', 1],
      ['putMany', 5],
      ['getMany', 3],
      ['query', 6],
      ['commit', 8],
      ['commit', 9],
    ])
  })

  it('W21 a traced store has all capabilities of the store below, including atomic batches', () => {
    const store = new Datastore(new AtomicMemory())
    expect(traced(store).store.capabilities).toEqual(store.capabilities)
    expect(store.capabilities.batch).toBe('atomic')
  })

  it('W3 a listener that throws does not fail the call', async () => {
    const store = trace(new MemoryDatastore(), {
      onSpan: () => {
        throw new Error('listener')
      },
    })
    const uncaught = await uncaughtDuring(() => store.put(a, Uint8Array.of(1)))
    expect(uncaught).toMatchObject([{ message: 'listener' }])
  })
})
