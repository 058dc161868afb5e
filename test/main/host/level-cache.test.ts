import { expect, it } from 'vitest'
import { LevelCache } from '../../../src/main/host/levels/level-cache.ts'

const level = (size: number) => ({ size })

it('forgets the levels that were not used for longest, until the rest fits', () => {
  const cache = new LevelCache(100)
  const forgotten: string[] = []
  const [a, b, c] = [level(40), level(40), level(40)]
  cache.add(a, () => forgotten.push('a'))
  cache.add(b, () => forgotten.push('b'))
  cache.shrink()
  expect(forgotten).toEqual([])
  cache.use(a)
  cache.add(c, () => forgotten.push('c'))
  cache.shrink()
  expect(forgotten).toEqual(['b'])
  cache.shrink()
  expect(forgotten).toEqual(['b'])
})

it('keeps the level used last, however large it is', () => {
  const cache = new LevelCache(100)
  const forgotten: string[] = []
  cache.add(level(10), () => forgotten.push('small'))
  cache.add(level(1000), () => forgotten.push('large'))
  cache.shrink()
  expect(forgotten).toEqual(['small'])
})

it('counts a level that was removed no more', () => {
  const cache = new LevelCache(100)
  const forgotten: string[] = []
  const [a, b] = [level(90), level(90)]
  cache.add(a, () => forgotten.push('a'))
  cache.remove(a)
  cache.add(b, () => forgotten.push('b'))
  cache.shrink()
  expect(forgotten).toEqual([])
})

it('gives versions that grow', () => {
  const cache = new LevelCache()
  expect(cache.nextVersion()).toBeLessThan(cache.nextVersion())
})
