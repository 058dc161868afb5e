import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { NullDatastore } from '../../../src/core/stores/null.ts'
import { expectFailure } from '../../contract/suite.ts'

const value = Uint8Array.of(1)

describe('NullDatastore', () => {
  it('D2 D18 takes what every store takes, keeps nothing, and refuses the root as every store does', async () => {
    const store = new NullDatastore()
    await store.put(Key.of('a'), value)
    expect(await store.has(Key.of('a'))).toBe(false)
    await expectFailure(store.put(Key.of('a'), value, { create: false }), 'NOT_FOUND', Key.of('a'))
    await expectFailure(store.put(Key.root, value), 'KEY_INVALID', Key.root)
  })
})
