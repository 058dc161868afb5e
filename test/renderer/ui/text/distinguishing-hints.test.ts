import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distinguishingHints } from '../../../../src/renderer/ui/text/distinguishing-hints.ts'

const hintsOf = (...items: readonly (readonly [name: string, place?: string | undefined])[]) => {
  const hints = distinguishingHints(items.map(([name, place], id) => ({ id: String(id), name, place })))
  return items.map((_, id) => hints.get(String(id)))
}

describe('distinguishingHints', () => {
  it('W30 gives no hint for a unique name', () => {
    expect(hintsOf(['a', '/x'], ['b', '/x'])).toEqual([undefined, undefined])
  })

  it('W30 gives the shortest end of the path that is unique', () => {
    expect(hintsOf(['p', '/a'], ['p', '/b/a'], ['p', '/c/d/b'])).toEqual(['/a', '/b/a', '…/b'])
    expect(hintsOf(['p', '/'], ['p', '/x/y'])).toEqual(['/', '…/y'])
    expect(hintsOf(['x', String.raw`C:\a\b`], ['x', String.raw`C:\a\c`])).toEqual(['…/b', '…/c'])
  })

  it('W30 numbers items without a path, or with the same one', () => {
    expect(hintsOf(['new'], ['new'], ['new', '/a'])).toEqual(['1', '2', '/a'])
    expect(hintsOf(['x', '/a'], ['x', '/a'])).toEqual(['/a 1', '/a 2'])
  })

  it('W30 never gives two items of one name the same hint', () => {
    const place = fc.option(
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }).map(parts => `/${parts.join('/')}`),
      { nil: undefined },
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('n', 'm'), place), { maxLength: 8 }), items => {
        const shown = hintsOf(...items.map(([name, at]) => [name, at] as const)).map(
          (hint, index) => `${items[index]?.[0]}|${hint}`,
        )
        expect(new Set(shown).size).toBe(items.length)
      }),
    )
  })
})
