import { Key } from '../core/key.ts'
import type { Datastore } from '../core/open/datastore.ts'
import { expect } from './expect.ts'
import type { Suite } from './suite.ts'

const FEW = 20
const MANY = 500
/** Milliseconds after which no more keys are put, so that a slow store is tested with fewer keys. */
const TIME_LIMIT = 500
const SAMPLES = 15
/**
 * Bytes that a page may additionally allocate if there are many more keys. A store without an index allocates
 * over 50,000 more.
 */
const SLACK = 16_384

const [level, other] = [Key.of('level'), Key.of('other')]

/**
 * Tests that a page costs no more than `list` declares: its allocation hardly grows with the number of keys
 * outside the page. Unlike time, this does not depend on other load on the machine.
 */
export function describeListCost<V>(suite: Suite<V>): void {
  const { it } = suite
  const { list } = suite.capabilities
  if (list === 'store') return
  const isSeek = list === 'seek'
  const name = isSeek
    ? 'D9 D17 list: seek: a page costs the page, whatever is in its level and in others'
    : 'D9 D17 list: level: a page costs its level, whatever is in others'
  it(name, async () => {
    const store = await suite.open()
    await fill(suite, store, level, FEW)
    const before = await bytesOfPage(store)
    for (const prefix of isSeek ? [level, other] : [other]) await fill(suite, store, prefix, MANY)
    expect(await bytesOfPage(store), 'bytes allocated for a page').toBeLessThanOrEqual(1.5 * before + SLACK)
  })
}

/** Puts children whose names sort between those of the first few. */
async function fill<V>(suite: Suite<V>, store: Datastore<V>, prefix: Key, count: number): Promise<void> {
  const enough = performance.now() + TIME_LIMIT
  for (let index = 0; index < count && performance.now() < enough; ) {
    const batch = store.batch()
    for (const until = Math.min(count, index + 100); index < until; index++)
      batch.put(prefix.child(`n${String((index * 7919) % 1000).padStart(4, '0')}-${count}`), suite.value(1))
    await batch.commit()
    // Otherwise each page would include unflushed writes.
    await store.sync()
  }
}

/**
 * Bytes that a page allocates. Samples during which a garbage collection ran are dropped, and so is the
 * largest one, which includes other allocations.
 */
async function bytesOfPage<V>(store: Datastore<V>): Promise<number> {
  const samples: number[] = []
  while (samples.length < SAMPLES) {
    const before = process.memoryUsage().heapUsed
    await store.list(level, { limit: 5, after: 'n0010' })
    const bytes = process.memoryUsage().heapUsed - before
    if (bytes > 0) samples.push(bytes)
  }
  samples.sort((one, two) => one - two)
  return samples[Math.floor(SAMPLES / 4)] ?? 0
}
