import { expect, it } from 'vitest'
import { LevelCache } from '../../../src/main/host/levels/level-cache.ts'

const level = (size: number) => ({ size })

it('evicts the least recently used levels until the rest fits', () => {
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

it('keeps the most recently used level, however large it is', () => {
  const cache = new LevelCache(100)
  const forgotten: string[] = []
  cache.add(level(10), () => forgotten.push('small'))
  cache.add(level(1000), () => forgotten.push('large'))
  cache.shrink()
  expect(forgotten).toEqual(['small'])
})

it('does not count a removed level', () => {
  const cache = new LevelCache(100)
  const forgotten: string[] = []
  const [a, b] = [level(90), level(90)]
  cache.add(a, () => forgotten.push('a'))
  cache.remove(a)
  cache.add(b, () => forgotten.push('b'))
  cache.shrink()
  expect(forgotten).toEqual([])
})

it('returns increasing versions', () => {
  const cache = new LevelCache()
  expect(cache.nextVersion()).toBeLessThan(cache.nextVersion())
})
