import { describe, expect, it } from 'vitest'
import {
  DRAFT_LIMITS,
  DraftStore,
  draftId,
} from '../../../../../src/renderer/features/key-tab/model/drafts.ts'
import { MapStorage } from '../harness/map-storage.ts'

const draft = (size: number, savedAt: number) => ({
  bytes: new Uint8Array(size).fill(savedAt),
  etag: 'e',
  savedAt,
})

describe('DraftStore', () => {
  it('returns every byte, and whether there was a version before', () => {
    const store = new DraftStore(new MapStorage())
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index & 255)
    store.write('a', { bytes, etag: undefined, savedAt: 5 })
    expect(store.read('a')).toEqual({ bytes, etag: undefined, savedAt: 5 })
    store.remove('a')
    expect(store.read('a')).toBeUndefined()
  })

  it('stores no draft that is too large, and removes an older one', () => {
    const store = new DraftStore(new MapStorage())
    expect(store.write('a', draft(10, 1))).toBe(true)
    expect(store.write('a', draft(DRAFT_LIMITS.bytes + 1, 2))).toBe(false)
    expect(store.read('a')).toBeUndefined()
  })

  it('makes room by dropping only the oldest', () => {
    const storage = new MapStorage()
    storage.setItem('other', 'x')
    const store = new DraftStore(storage)
    for (const index of [3, 1, 2, 4]) store.write(`draft-${index}`, draft(DRAFT_LIMITS.bytes, index))
    expect([1, 2, 3, 4].map(index => store.read(`draft-${index}`) !== undefined)).toEqual([
      false,
      false,
      true,
      true,
    ])
    expect(storage.getItem('other')).toBe('x')
    let total = 0
    for (let index = 0; index < storage.length; index++)
      total += storage.getItem(storage.key(index) ?? '')?.length ?? 0
    expect(total).toBeLessThanOrEqual(DRAFT_LIMITS.characters + 1)
  })

  it('ignores a broken entry', () => {
    const storage = new MapStorage()
    const store = new DraftStore(storage)
    for (const text of ['{', '{"savedAt":1}', '{"savedAt":1,"bytes":"%"}', 'null']) {
      storage.setItem('strata.draft.a', text)
      expect(store.read('a')).toBeUndefined()
    }
  })

  it('reports when the browser has no room left', () => {
    const storage = new MapStorage()
    storage.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    expect(new DraftStore(storage).write('a', draft(1, 1))).toBe(false)
  })

  it('names a draft by its key and the source of the stack', () => {
    const folder = { type: 'folder', path: '/data' } as const
    expect(draftId(folder, '/a')).toBe(draftId({ ...folder }, '/a'))
    expect(draftId(folder, '/a')).not.toBe(draftId({ type: 'folder', path: '/other' }, '/a'))
    expect(draftId(folder, '/a')).not.toBe(draftId(folder, '/b'))
  })
})
