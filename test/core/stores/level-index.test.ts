import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LevelIndex } from '../../../src/core/stores/level-index.ts'
import { compareNames } from '../../../src/core/stores/sorted-names.ts'

const segment = fc.constantFrom('a', 'b', 'ab', 'a-b', 'c:d')
const keyText = fc.array(segment, { minLength: 1, maxLength: 4 }).map(segments => `/${segments.join('/')}`)

/** A level computed from all keys, without an index. */
function levelOf(keys: Iterable<string>, branch: string): string[] {
  const prefix = branch === '/' ? '/' : `${branch}/`
  const names = new Set<string>()
  for (const key of keys) {
    if (key.startsWith(prefix)) names.add(key.slice(prefix.length).split('/')[0]!)
  }
  return [...names].sort(compareNames)
}

describe('LevelIndex', () => {
  it('D9 agrees with levels computed from all keys after any changes', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ text: keyText, isPut: fc.boolean() }), { maxLength: 40 }), steps => {
        const index = new LevelIndex()
        const held = new Set<string>()
        const isValue = (text: string) => held.has(text)
        const branches = new Set(['/'])
        for (const { text, isPut } of steps) {
          for (let end = text.length; end > 0; end = text.lastIndexOf('/', end - 1))
            branches.add(text.slice(0, end))
          if (isPut && !held.has(text)) {
            held.add(text)
            index.add(text, isValue)
          } else if (!isPut && held.delete(text)) index.remove(text, isValue)
          for (const branch of branches) {
            const names = levelOf(held, branch)
            expect(index.isBranch(branch), branch).toBe(names.length > 0)
            expect(index.level(branch)?.page(undefined, 99, false) ?? [], branch).toEqual(names)
          }
        }
      }),
      { numRuns: 200 },
    )
  })
})
