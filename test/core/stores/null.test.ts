import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { NullDatastore } from '../../../src/core/stores/null.ts'
import { expectFailure } from '../../../src/testkit/suite.ts'
import { heldMemory } from '../held-memory.ts'

const value = Uint8Array.of(1)

describe('NullDatastore', () => {
  it('D2 D18 accepts every value, keeps nothing, and rejects the root like every store', async () => {
    const store = new NullDatastore()
    await store.put(Key.of('a'), value)
    expect(await store.has(Key.of('a'))).toBe(false)
    await expectFailure(store.put(Key.of('a'), value, { create: false }), 'NOT_FOUND', Key.of('a'))
    await expectFailure(store.put(Key.root, value), 'KEY_INVALID', Key.root)
  })

  it('D38 a stream passes through in bounded memory', async () => {
    let held = 0
    const before = heldMemory()
    function* chunks(): Iterable<Uint8Array> {
      for (let index = 0; index < 256; index++) {
        yield new Uint8Array(1024 * 1024)
        if (index % 8 === 0) held = Math.max(held, heldMemory() - before)
      }
    }
    await new NullDatastore().put(Key.of('a'), chunks())
    expect(held).toBeLessThan(32 * 1024 * 1024)
  })
})
