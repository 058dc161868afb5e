import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Key } from '../../src/core/key.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'
import { anyKey } from './arbitrary-keys.ts'

describe('Key, order and hash', () => {
  it('K10 compares segment by segment, a prefix first', () => {
    const sorted = ['/', '/a', '/a/b', '/a/b/c', '/a/c', '/a-b', '/a-b/a', '/ab', '/b', '/😀', '/\ufffd']
    const keys = sorted.map(Key.parse)
    expect(keys.toReversed().sort(Key.compare).map(String)).toEqual(sorted)
  })

  it('K10 is a total order that equality agrees with', () => {
    fc.assert(
      fc.property(anyKey, anyKey, anyKey, (a, b, c) => {
        expect(Math.sign(Key.compare(a, b))).toBe(0 - Math.sign(Key.compare(b, a)))
        expect(Key.compare(a, b) === 0).toBe(a.equals(b))
        if (Key.compare(a, b) <= 0 && Key.compare(b, c) <= 0) expect(Key.compare(a, c)).toBeLessThanOrEqual(0)
        if (a.isAncestorOf(b)) expect(Key.compare(a, b)).toBeLessThan(0)
      }),
    )
  })

  it('K11 the hash of a key is the hash of its text, and never changes', () => {
    expect(Key.root.hash.toString(16)).toBe('af63a24c860189fe')
    expect(Key.parse('/a').hash.toString(16)).toBe('7d66707b49cd92d')
    expect(Key.parse('/Comedy/Actor:Cleese').hash.toString(16)).toBe('317e2e2a2cf102d6')
    expect(Key.parse('/😀/日本').hash.toString(16)).toBe('23b764f75c8bd940')
    expect(Key.of('a', 'b').hash).toBe(Key.parse('a//b/').hash)
  })

  it('K12 keys made of clean parts are not parsed or checked again', async () => {
    const store = new MemoryDatastore()
    const [key, below] = [Key.parse('/a/b'), Key.parse('/c/d')]
    for (const name of ['x', 'y', 'z']) await store.put(key.child(name), new Uint8Array())
    const looks = [vi.spyOn(RegExp.prototype, 'test'), vi.spyOn(String.prototype, 'split')]
    const count = () => looks.reduce((sum, look) => sum + look.mock.calls.length, 0)
    try {
      const made = [
        key.child(below),
        key.parent,
        key.childOfCleanSegment('e'),
        key.relativeTo(key.parent),
        key.reverse,
      ]
      const { children } = await store.list(key)
      const costOfCleanParts = count()
      Key.parse('/a/b')
      const costOfParsing = count() - costOfCleanParts
      expect([costOfCleanParts, made.length, children.length]).toEqual([0, 5, 3])
      expect(costOfParsing).toBeGreaterThan(0)
    } finally {
      for (const look of looks) look.mockRestore()
    }
  })
})
