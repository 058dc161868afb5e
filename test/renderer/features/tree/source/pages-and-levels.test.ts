import { describe, expect, it } from 'vitest'
import { Level } from '../../../../../src/renderer/features/tree/model/row-model.ts'
import { PageCache, PageFetcher } from '../../../../../src/renderer/features/tree/source/pages.ts'
import {
  KeySet,
  LevelRegistry,
  segmentsOf,
  splitKey,
} from '../../../../../src/renderer/features/tree/source/tree-state.ts'
import { settled } from '../fake/settled.ts'

const row = (name: string) => ({ name, isValue: true, isBranch: false })

describe('PageCache', () => {
  it('holds a bounded number of pages, and evicts the least recently used one', () => {
    const level = new Level(0)
    const pages = new PageCache(3)
    for (const page of [0, 1, 2]) pages.set(level, page, [row(`p${page}`)])
    pages.touch(level, 0)
    pages.set(level, 3, [row('p3')])
    expect(pages.size).toBe(3)
    expect(pages.has(level, 1)).toBe(false)
    expect(pages.row(level, 0)?.name).toBe('p0')
    expect(pages.row(level, 600)?.name).toBe('p3')
  })

  it('drops one level and keeps the others', () => {
    const root = new Level(0)
    const below = new Level(1, root, ['a'])
    const pages = new PageCache()
    pages.set(root, 0, [row('a')])
    pages.set(below, 0, [row('b')])
    pages.forget(root)
    expect(pages.row(root, 0)).toBeUndefined()
    expect(pages.row(below, 0)?.name).toBe('b')
  })
})

describe('PageFetcher', () => {
  it('reads a page once, and cancels pages that scrolled out of view once too many are being read', async () => {
    const level = new Level(0)
    const started: number[] = []
    const cancelled: number[] = []
    const fetcher = new PageFetcher(
      ({ page }, signal) => {
        started.push(page)
        signal.addEventListener('abort', () => cancelled.push(page))
        return new Promise(() => undefined)
      },
      () => undefined,
    )
    for (const page of [0, 1, 2, 3]) fetcher.request([{ level, page }])
    fetcher.request([{ level, page: 3 }])
    expect(started).toEqual([0, 1, 2, 3])
    expect(cancelled).toEqual([])
    fetcher.request([
      { level, page: 4 },
      { level, page: 5 },
    ])
    expect(cancelled).toEqual([0, 1])
    fetcher.end()
    expect(cancelled).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('reads a page that failed again only on request', async () => {
    const level = new Level(0)
    let reads = 0
    const failures: unknown[] = []
    const fetcher = new PageFetcher(
      () => {
        reads++
        return Promise.reject(new Error('no'))
      },
      error => failures.push(error),
    )
    fetcher.request([{ level, page: 0 }])
    await settled()
    fetcher.request([{ level, page: 0 }])
    await settled()
    expect(reads).toBe(1)
    fetcher.retry()
    fetcher.request([{ level, page: 0 }])
    await settled()
    expect(reads).toBe(2)
    expect(failures).toHaveLength(2)
  })
})

describe('KeySet', () => {
  it('returns the names of a level once', () => {
    const keys = new KeySet(['/a', '/a/b', '/a/c', '/d'])
    expect([...keys.take('/a')]).toEqual(['b', 'c'])
    expect([...keys.take('/a')]).toEqual([])
    expect([...keys.take('/')]).toEqual(['a', 'd'])
  })

  it('splits keys', () => {
    expect(splitKey('/a/b')).toEqual({ prefix: '/a', name: 'b' })
    expect(splitKey('/a')).toEqual({ prefix: '/', name: 'a' })
    expect(segmentsOf('/')).toEqual([])
    expect(segmentsOf('/a/b:c')).toEqual(['a', 'b:c'])
  })
})

describe('LevelRegistry', () => {
  it('finds a shared row by each of its branches, and drops the rows below it', () => {
    const root = new Level(0)
    const joined = new Level(1, root, ['a', 'b'])
    const below = new Level(2, joined, ['c'])
    const other = new Level(3, root, ['x'])
    const levels = new LevelRegistry(root)
    for (const level of [joined, below, other]) levels.add(level)
    expect(levels.get('/a')).toBe(joined)
    expect(levels.get('/a/b')).toBe(joined)
    expect(levels.get('/a/b/c')).toBe(below)
    expect(levels.within(joined)).toEqual([joined, below])
    levels.discard(joined)
    expect(levels.get('/a')).toBeUndefined()
    expect(levels.get('/a/b/c')).toBeUndefined()
    expect(levels.has(other)).toBe(true)
  })
})
