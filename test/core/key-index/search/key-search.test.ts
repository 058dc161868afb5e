import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { KeyIndex } from '../../../../src/core/key-index/key-index.ts'
import { unpack } from '../../../../src/core/key-index/packed.ts'
import { KeySearch, type KeySearchOptions } from '../../../../src/core/key-index/search/key-search.ts'
import { encodeKey } from '../../../../src/core/ordered/strata/key-bytes.ts'
import { hexOf, packKeys, someKey } from '../model.ts'

function indexOf(keys: readonly Key[], isFilled = true): KeyIndex {
  const index = new KeyIndex({ firstRun: 16, largestRun: 64 })
  for (let start = 0; start < keys.length; start += 10) index.add(packKeys(keys.slice(start, start + 10)))
  if (isFilled) index.filled()
  while (index.work(() => false));
  return index
}

const numbered = Array.from({ length: 5000 }, (_, number) =>
  Key.of('user', String(number).padStart(5, '0'), number % 2 === 0 ? 'name' : 'mail'),
)

/** The keys that a search reports, slice by slice. */
function search(index: KeyIndex, options: Omit<KeySearchOptions, 'limit'> & { limit?: number }) {
  const found: string[] = []
  const running = new KeySearch(index.snapshot(), { limit: 100_000, ...options })
  for (let slices = 1; ; slices++) {
    const progress = running.step(() => true)
    const keys = unpack(progress.keys).map(hexOf)
    if (options.kind === 'fuzzy' && keys.length > 0) found.splice(0, Infinity, ...keys)
    else found.push(...keys)
    if (progress.isDone) return { ...progress, slices, keys: found }
  }
}

const hexes = (keys: readonly Key[]): string[] => keys.map(key => hexOf(encodeKey(key)))

describe('KeySearch', () => {
  it('reports hits with the number of searched keys, leaf by leaf, in order', () => {
    const { keys, searched, total, found, slices } = search(indexOf(numbered), {
      kind: 'substring',
      text: '7/name',
    })
    expect(keys).toEqual([])
    const mails = search(indexOf(numbered), { kind: 'substring', text: '7/mail' })
    expect(mails.keys).toEqual(hexes(numbered.filter(key => key.toString().includes('7/mail'))))
    expect([searched, total, found]).toEqual([5000, 5000, 0])
    expect(slices).toBeGreaterThanOrEqual(5)
  })

  it('ends at the limit, with the first keys', () => {
    const { keys, searched, isDone } = search(indexOf(numbered), { kind: 'regex', text: 'name$', limit: 3 })
    expect(keys).toEqual(hexes(numbered.filter(key => key.lastSegment === 'name').slice(0, 3)))
    expect(searched).toBeLessThan(5000)
    expect(isDone).toBe(true)
    expect(search(indexOf(numbered), { kind: 'substring', text: 'a', limit: 0 }).keys).toEqual([])
  })

  it('searches only below a key', () => {
    const keys = ['/a/x', '/a', '/a-/x', '/a/y/x', '/a0/x', '/b/x'].map(text => Key.parse(text))
    const below = (of: string) =>
      search(indexOf(keys), { kind: 'substring', text: 'x', under: encodeKey(Key.parse(of)) })
    expect(below('/a').keys).toEqual(hexes(['/a/x', '/a/y/x'].map(text => Key.parse(text))))
    expect(below('/a').total).toBe(2)
    expect(below('/').total).toBe(6)
    expect(below('/nothing')).toMatchObject({ total: 0, keys: [], isDone: true })
    const under = search(indexOf(numbered), {
      kind: 'glob',
      text: '*',
      under: encodeKey(Key.of('user', '02500')),
    })
    expect(under.keys).toEqual(hexes([Key.of('user', '02500', 'name')]))
  })

  it('finds a key that is in several runs once', () => {
    const again = [...numbered.slice(0, 1000), ...numbered.slice(500, 1500), ...numbered.slice(0, 200)]
    const index = indexOf(again, false)
    expect(index.snapshot().length).toBeGreaterThan(1)
    const { keys } = search(index, { kind: 'substring', text: 'name' })
    const names = numbered.slice(0, 1500).filter(key => key.lastSegment === 'name')
    expect(keys.toSorted()).toEqual(hexes(names).toSorted())
    expect(search(index, { kind: 'fuzzy', text: 'name', limit: 750 }).keys.toSorted()).toEqual(
      hexes(names).toSorted(),
    )
  })

  it('continues over the keys as they were when it began', () => {
    const index = indexOf(numbered)
    const running = new KeySearch(index.snapshot(), { kind: 'substring', text: '/name', limit: 10_000 })
    let found = unpack(running.step(() => true).keys).length
    index.remove(packKeys(numbered.slice(1000, 4000)))
    while (index.work(() => false));
    expect(index.size).toBe(2000)
    for (let isDone = false; !isDone; ) {
      const progress = running.step(() => true)
      found += unpack(progress.keys).length
      ;({ isDone } = progress)
    }
    expect(found).toBe(2500)
  })

  describe('fuzzy', () => {
    const isSubsequence = (part: string, text: string): boolean => {
      let next = 0
      for (const char of text) if (char === part[next]) next++
      return next === part.length
    }

    it('finds the keys that contain the characters of each word in order', () => {
      const term = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', 'é'), maxLength: 3 })
      fc.assert(
        fc.property(fc.array(someKey, { maxLength: 40 }), term, term, (keys, first, second) => {
          const { keys: found, found: count } = search(indexOf(keys), {
            kind: 'fuzzy',
            text: `${first} ${second}`,
          })
          const unique = [...new Map(keys.map(key => [key.toString(), key])).values()]
          const expected = unique.filter(
            key => isSubsequence(first, key.toString()) && isSubsequence(second, key.toString()),
          )
          expect(found.toSorted()).toEqual(hexes(expected).toSorted())
          expect(count).toBe(expected.length)
        }),
        { numRuns: 500 },
      )
    })

    it.each([
      ['usr', ['/users/list', '/aubsbr/x', '/house/repair']],
      ['config', ['/app/config', '/app/config.json.old', '/c/o/n/fi/g/s/of/all', '/xconxfigx']],
      ['kI', ['/keyIndex', '/knit']],
      ['ÉTÉ', ['/été', '/xété']],
      // The name matches, although its characters also occur in the branch before it.
      ['note', ['/net/other/note', '/a/no/te']],
    ])('%s: the best first', (text, ordered) => {
      const keys = ordered.map(one => Key.parse(one))
      const { keys: found } = search(indexOf(keys.toReversed()), { kind: 'fuzzy', text })
      expect(found[0]).toBe(hexes(keys)[0])
      expect(found.toSorted()).toEqual(hexes(keys).toSorted())
    })

    it('keeps the best hits up to the limit, of equal ones the shorter and then the first', () => {
      const { keys, found } = search(indexOf(numbered), { kind: 'fuzzy', text: 'name', limit: 100 })
      expect(found).toBe(2500)
      expect(keys).toEqual(hexes(numbered.filter(key => key.lastSegment === 'name').slice(0, 100)))
      const one = search(indexOf(numbered), { kind: 'fuzzy', text: '2468', limit: 1 })
      expect(one.keys).toEqual(hexes([Key.of('user', '02468', 'name')]))
    })
  })
})
