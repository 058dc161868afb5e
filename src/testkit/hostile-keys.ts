import { Key } from '../core/key.ts'
import { expect } from './expect.ts'
import { hostileSegments } from './samples.ts'
import { expectFailure, listAll, type Suite, walkKeys } from './suite.ts'

/** Keys that have broken other stores. They must stay distinct, round-trip exactly, and not escape the store. */
export function describeHostileKeys<V>(suite: Suite<V>): void {
  const { describe, it } = suite
  const { hostileSegments: isHeld = () => true } = suite.options
  const bytes = (text: string) => Buffer.byteLength(text)
  const held = hostileSegments.filter(
    segment =>
      isHeld(segment) === true &&
      suite.takes({ segmentBytes: bytes(segment), keyBytes: bytes(`/branch/${segment}/${segment}`) }),
  )
  const refused = suite.capabilities.manyToOne
    ? []
    : hostileSegments.filter(
        segment => isHeld(segment) === false || !suite.takes({ segmentBytes: bytes(segment) }),
      )
  const sorted = held.toSorted((left, right) => (left < right ? -1 : 1))
  const shown = (segments: readonly string[]) => segments.map(abbreviate)

  describe('hostile keys', () => {
    it('K3 D1 each is stored under its own key, as a leaf and as a branch', async () => {
      const store = await suite.open()
      const keys = held.flatMap(segment => [Key.of('leaf', segment), Key.of('branch', segment, segment)])
      await Promise.all(keys.map((key, index) => store.put(key, suite.value(index))))
      for (const [index, key] of keys.entries()) {
        expect(await store.get(key), key.toString()).toEqual(suite.value(index))
        expect(await store.has(key), key.toString()).toBe(true)
      }
      expect((await walkKeys(store)).length).toBe(keys.length)
    })

    it('D9 each is listed exactly, in code-unit order', async () => {
      const store = await suite.openWith(...held.map(segment => `/leaf/${segment}`))
      expect(shown((await listAll(store, Key.of('leaf'))).map(child => child.name))).toEqual(shown(sorted))
      const paged = await listAll(store, Key.of('leaf'), { limit: 7 })
      expect(shown(paged.map(child => child.name))).toEqual(shown(sorted))
      const reversed = await listAll(store, Key.of('leaf'), { limit: 7, reverse: true })
      expect(shown(reversed.map(child => child.name))).toEqual(shown(sorted.toReversed()))
    })

    it('D3 D5 each can be renamed and deleted without changing others', async () => {
      const store = await suite.openWith(...held.map(segment => `/${segment}`))
      expect(shown((await listAll(store, Key.root)).map(child => child.name))).toEqual(shown(sorted))
      let left = held.length
      for (const [index, segment] of held.entries()) {
        const key = Key.of(segment)
        if (index % 2 === 0) await store.rename(key, Key.of('moved', segment))
        else await store.delete(key)
        expect(await store.has(key), JSON.stringify(segment)).toBe(false)
        left -= 1
        if (index % 10 === 0)
          expect((await walkKeys(store)).filter(text => !text.startsWith('/moved/'))).toHaveLength(left)
      }
      const moved = held.filter((_, index) => index % 2 === 0)
      for (const segment of moved) {
        expect(await store.get(Key.of('moved', segment))).toEqual(suite.value(held.indexOf(segment)))
      }
    })

    it('D9 a value and a branch with similar names stay distinct', async () => {
      const capital = suite.capabilities.manyToOne ? [] : ['/A']
      const texts = ['/a', '/a.txt', '/a.json', '/a:b', '/a.val', '/a.', ...capital].filter(suite.holds)
      const below = suite.hasValueAndBranch ? texts.map(text => `${text}/b`) : []
      const store = await suite.openWith(...texts, ...below)
      for (const [index, text] of [...texts, ...below].entries()) {
        expect(await store.get(Key.parse(text)), text).toEqual(suite.value(index))
      }
      expect(await walkKeys(store)).toHaveLength(texts.length + below.length)
    })

    const deep = Key.of(...Array.from({ length: 60 }, (_, index) => `level ${index}`))
    if (suite.takes({ keyBytes: bytes(deep.toString()) })) {
      it('D9 keys can be nested deeply', async () => {
        const store = await suite.open([{ key: deep, value: suite.value(2) }])
        expect(await store.get(deep)).toEqual(suite.value(2))
        expect(await walkKeys(store)).toEqual([deep.toString()])
      })
    }

    it('D18 a key that the store cannot hold is KEY_INVALID and named in the error, never reported as absent', async () => {
      const store = await suite.open()
      for (const segment of refused) {
        for (const key of [Key.of(segment), Key.of('below', segment, 'x')]) {
          await expectFailure(store.put(key, suite.value(0)), 'KEY_INVALID', key)
        }
      }
      expect(await walkKeys(store)).toEqual([])
    })
  })
}

/** A label short enough for the report of a failed test, and different for different segments. */
function abbreviate(segment: string): string {
  if (segment.length < 50) return JSON.stringify(segment)
  return `${segment.length} × ${JSON.stringify(segment.slice(0, 4))} … ${JSON.stringify(segment.slice(-4))}`
}
