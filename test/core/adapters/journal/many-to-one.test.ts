import { describe, expect, it } from 'vitest'
import { journal } from '../../../../src/core/adapters/journal/journal.ts'
import { memoryJournal } from '../../../../src/core/adapters/journal/memory-journal.ts'
import { KeyTransformDatastore, lowercase } from '../../../../src/core/adapters/transform/key-transform.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { collect, expectFailure } from '../../../../src/testkit/suite.ts'
import { bytesOf, textOf } from '../../node/fs/bytes-of.ts'

const [small, capital, other] = ['/film', '/FILM', '/OTHER'].map(Key.parse) as [Key, Key, Key]

async function overLowercase() {
  const below = new KeyTransformDatastore(new MemoryDatastore(), lowercase)
  return journal(below, { log: memoryJournal() })
}

describe('a journal over a store that maps several keys to one', () => {
  it.each([true, false])(
    'W4 a rename from one name of a key to another is not recorded, replace %s',
    async replace => {
      await using store = await overLowercase()
      await store.put(small, bytesOf('1'))
      await store.rename(small, capital, { replace })
      expect((await collect(store.entries())).map(({ action }) => action)).toEqual(['put'])
      for (let sequence = 1; sequence < 5; sequence++) await store.redo(sequence).catch(() => undefined)
      expect(textOf(await store.get(small))).toBe('1')
    },
  )

  it('W11 a rename to another key is recorded, undone and redone', async () => {
    await using store = await overLowercase()
    await store.put(capital, bytesOf('1'))
    await store.rename(small, other)
    const [, renamed] = await collect(store.entries())
    expect(renamed?.changes.map(({ key, state }) => `${key.toString()} ${state}`)).toEqual([
      '/film made',
      '/OTHER made',
    ])
    await store.undo(renamed?.sequence ?? 0)
    expect(textOf(await store.get(small))).toBe('1')
    await store.redo(renamed?.sequence ?? 0)
    await expectFailure(store.get(capital), 'NOT_FOUND')
    expect(textOf(await store.get(other))).toBe('1')
  })

  it('W4 a rename that may not replace is refused if the target exists', async () => {
    await using store = await overLowercase()
    await store.put(small, bytesOf('1'))
    await store.put(other, bytesOf('2'))
    await expectFailure(store.rename(small, other, { replace: false }), 'ALREADY_EXISTS')
    expect(await collect(store.entries())).toHaveLength(2)
  })
})
