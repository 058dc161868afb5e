import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DatastoreError } from '../../src/core/errors.ts'
import { Key, segmentProblem, splitSegment } from '../../src/core/key.ts'
import { hostileSegments } from '../../src/testkit/samples.ts'
import { anyKey, cleanSegment } from './arbitrary-keys.ts'

const codeOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error instanceof DatastoreError ? error.code : error
  }
}

describe('Key, its text', () => {
  it('K1 prints its segments; the root has none and prints /', () => {
    expect(Key.of('a', 'b c', 'd').toString()).toBe('/a/b c/d')
    expect(Key.root.toString()).toBe('/')
    expect(Key.root.segments).toEqual([])
    expect(Key.of().toString()).toBe('/')
  })

  it('K1 a key does not change when the list it was made of changes', () => {
    const segments = ['a', 'b']
    const key = Key.root.child(segments)
    segments.push('c')
    expect(key.toString()).toBe('/a/b')
    expect([...key]).toEqual(['a', 'b'])
  })

  it('K2 parse() adds a leading /, collapses repeated ones and drops a trailing one', () => {
    for (const text of ['a/b', '/a/b', '//a///b', '/a/b/', 'a//b//'])
      expect(String(Key.parse(text))).toBe('/a/b')
    for (const text of ['', '/', '///']) expect(Key.parse(text).isRoot).toBe(true)
  })

  it('K2 parse() rejects . and .. segments and lone surrogates', () => {
    const refused = ['.', '..', '/a/./b', 'a/..', '/../etc/passwd', '/\ud800', '/a/\udc00b', '/\ude00\ud83d']
    for (const text of refused)
      expect(
        codeOf(() => Key.parse(text)),
        JSON.stringify(text),
      ).toBe('KEY_INVALID')
    for (const text of ['...', '/.a', '/a.', '/..a', '/ .', '/😀'])
      expect(codeOf(() => Key.parse(text))).toBeInstanceOf(Key)
  })

  it('K2 parse() rejects a value that is not a string with a TypeError', () => {
    for (const value of [undefined, null, 1, ['a'], Key.root] as unknown as string[]) {
      expect(() => Key.parse(value)).toThrow(TypeError)
    }
  })

  it('K2 parsing then printing is the identity on canonical text', () => {
    fc.assert(
      fc.property(anyKey, key => {
        expect(Key.parse(key.toString()).segments).toEqual(key.segments)
        expect(Key.parse(key.toString()).toString()).toBe(key.toString())
      }),
    )
  })

  it('K2 printing a parsed key and parsing it again gives the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const once = codeOf(() => Key.parse(text).toString())
        if (once !== 'KEY_INVALID') expect(Key.parse(String(once)).toString()).toBe(once)
      }),
    )
  })

  it('K3 of() uses segments unchanged', () => {
    for (const segment of [...hostileSegments, '\u0000', 'a:b', ' ']) {
      expect(Key.of('x', segment).lastSegment).toBe(segment)
    }
  })

  it('K3 of() rejects invalid segments', () => {
    const refused = ['', '.', '..', '/', 'a/b', '/a', 'a/', '\ud83d', 5, undefined] as unknown as string[]
    for (const segment of refused) {
      expect(
        codeOf(() => Key.of('ok', segment)),
        JSON.stringify(segment),
      ).toBe('KEY_INVALID')
      expect(segmentProblem(segment)).toEqual(expect.any(String))
    }
    expect(segmentProblem('fine')).toBeUndefined()
  })
})

describe('Key, type and name', () => {
  it('K4 the type is the text before the last colon, the name the text after it', () => {
    const parts = (segment: string) => [Key.of('x', segment).type, Key.of('x', segment).name]
    expect(parts('Actor:Cleese')).toEqual(['Actor', 'Cleese'])
    expect(parts('a:b:c')).toEqual(['a:b', 'c'])
    expect(parts('plain')).toEqual(['', 'plain'])
    expect(parts(':c')).toEqual(['', 'c'])
    expect(parts('a:')).toEqual(['a', ''])
    expect([Key.root.type, Key.root.name]).toEqual(['', ''])
    expect(Key.of('a:b', 'c').type).toBe('')
  })

  it('K4 type and name joined again are the segment', () => {
    fc.assert(
      fc.property(cleanSegment, segment => {
        const { type, name } = splitSegment(segment)
        expect(segment.includes(':') ? `${type}:${name}` : name).toBe(segment)
        expect(name).not.toContain(':')
      }),
    )
  })

  it('K5 instance() appends a name to the last segment', () => {
    expect(Key.of('Actor').instance('Cleese').toString()).toBe('/Actor:Cleese')
    expect(Key.of('a', 'b:c').instance('d').toString()).toBe('/a/b:c:d')
    expect(codeOf(() => Key.of('Actor').instance('a/b'))).toBe('KEY_INVALID')
    expect(codeOf(() => Key.root.instance('x'))).toBe('KEY_INVALID')
  })

  it('K5 path is the inverse of instance()', () => {
    fc.assert(
      fc.property(
        anyKey,
        cleanSegment.map(name => name.replaceAll(':', '')),
        (key, name) => {
          fc.pre(!key.isRoot)
          const made = key.instance(name)
          expect([made.type, made.name, made.path.toString()]).toEqual([
            key.lastSegment,
            name,
            key.toString(),
          ])
        },
      ),
    )
  })

  it('K6 path is the parent plus the type', () => {
    expect(Key.parse('/Comedy/Actor:Cleese').path.toString()).toBe('/Comedy/Actor')
    expect(Key.parse('/Comedy/Cleese').path.toString()).toBe('/Comedy')
    expect(Key.parse('/a:b').path.toString()).toBe('/a')
    expect(Key.root.path.isRoot).toBe(true)
  })
})

describe('Key, its position in the tree', () => {
  it('K7 parent and isTopLevel', () => {
    expect(Key.of('a').parent).toBe(Key.root)
    expect(Key.root.parent).toBe(Key.root)
    expect(Key.parse('/a/b/c').parent.toString()).toBe('/a/b')
    expect([Key.root, Key.of('a'), Key.of('a', 'b')].map(key => key.isTopLevel)).toEqual([false, true, false])
  })

  it('K8 child() accepts a segment, segments or a key', () => {
    const key = Key.of('a')
    expect(key.child('b').toString()).toBe('/a/b')
    expect(key.child(['b', 'c']).toString()).toBe('/a/b/c')
    expect(key.child(Key.parse('/b/c')).toString()).toBe('/a/b/c')
    expect(key.child(Key.root)).toBe(key)
    expect(key.child([])).toBe(key)
    expect(Key.root.child(key)).toBe(key)
  })

  it('K8 reverse, depth, iteration, JSON and inspection', () => {
    const key = Key.parse('/a/b/c\n')
    expect(key.reverse.toString()).toBe('/c\n/b/a')
    expect(Key.root.reverse).toBe(Key.root)
    expect([Key.root.depth, key.depth]).toEqual([0, 3])
    expect([...key]).toEqual(['a', 'b', 'c\n'])
    expect(JSON.stringify({ key })).toBe('{"key":"/a/b/c\\n"}')
    expect(inspect(key)).toBe('Key("/a/b/c\\n")')
  })

  it('K8 random() is a fresh top-level key: a version 4 UUID in hex', () => {
    const keys = Array.from({ length: 100 }, () => Key.random())
    for (const key of keys) expect(key.toString()).toMatch(/^\/[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$/)
    expect(new Set(keys.map(String)).size).toBe(100)
  })

  it('K8 the parts of a key are consistent with one another', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (above, below) => {
        const key = above.child(below)
        expect(key.depth).toBe(above.depth + below.depth)
        expect(key.relativeTo(above).toString()).toBe(below.toString())
        expect(key.reverse.reverse.equals(key)).toBe(true)
        if (!key.isRoot) expect(key.parent.child(key.lastSegment).equals(key)).toBe(true)
        expect(Key.parse(key.toString()).equals(key)).toBe(true)
        expect(key.parent.childOfCleanSegment(key.lastSegment || 'x').parent.equals(key.parent)).toBe(true)
      }),
    )
  })

  it('K8 repeated child() and below() calls give the right key each time', () => {
    const [a, b, other] = ['/a', '/b', '/a'].map(text => Key.parse(text)) as [Key, Key, Key]
    const key = Key.parse('/a/b/c')
    for (let turn = 0; turn < 3; turn++) {
      for (let time = 0; time < 3; time++) expect(a.child(key).toString()).toBe('/a/a/b/c')
      for (let time = 0; time < 3; time++) expect(key.below(a).toString()).toBe('/b/c')
      for (const [prefix, joined] of [
        [a, '/a/a/b/c'],
        [b, '/b/a/b/c'],
        [other, '/a/a/b/c'],
      ] as const) {
        expect(prefix.child(key).toString()).toBe(joined)
        expect(key.below(other).toString()).toBe('/b/c')
      }
    }
    expect(a.below(other)).toBe(Key.root)
    expect(key.below(Key.root)).toBe(key)
  })

  it('K8 relativeTo() rejects a key that is not an ancestor', () => {
    expect(codeOf(() => Key.of('ab', 'c').relativeTo(Key.of('a')))).toBe('KEY_INVALID')
    expect(codeOf(() => Key.of('a').relativeTo(Key.of('a', 'b')))).toBe('KEY_INVALID')
    expect(Key.of('a').relativeTo(Key.of('a')).isRoot).toBe(true)
  })

  it('K9 isAncestorOf() compares segments', () => {
    const above = (ancestor: string, key: string) => Key.parse(ancestor).isAncestorOf(Key.parse(key))
    expect(above('/a', '/a/b')).toBe(true)
    expect(above('/a', '/a/b/c')).toBe(true)
    for (const key of ['/ab', '/a', '/', '/a-b', '/b/a', '/A/b']) expect(above('/a', key), key).toBe(false)
    expect(above('/', '/a')).toBe(true)
    expect(above('/', '/')).toBe(false)
  })

  it('K9 isDescendantOf() mirrors isAncestorOf(), and both agree with parents', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (one, other) => {
        let isAncestor = false
        for (let key = other; !key.isRoot; key = key.parent) isAncestor ||= key.parent.equals(one)
        expect(one.isAncestorOf(other)).toBe(isAncestor)
        expect(other.isDescendantOf(one)).toBe(isAncestor)
      }),
    )
  })
})
