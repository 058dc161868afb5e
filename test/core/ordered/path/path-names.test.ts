import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Key, segmentProblem } from '../../../../src/core/key.ts'
import { PathNames, type PathOptions } from '../../../../src/core/ordered/path/path-names.ts'
import { anyKey } from '../../arbitrary-keys.ts'
import { caught } from './caught.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const latin = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0))

const options: readonly PathOptions[] = [
  {},
  { separator: ':' },
  { leading: false },
  { separator: '::' },
  { separator: '\0' },
  { separator: 'aba' },
  { prefix: bytes('/ds') },
  { separator: '::', leading: true, prefix: latin('\xff:') },
]
const anyNames = fc.constantFrom(...options).map(option => new PathNames(option))

/** Bytes that form or break separators, escapes and characters. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 24 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('/', ':', '::', 'a', 'ab', 'aba', '.', '..', '%', '%2F', '%-', '-', '\0', ''),
        fc.constantFrom('\ufffd', '\ufffe', '\uffff', '\ufeff', '\ue000', '😀', 'é'),
      ),
      { maxLength: 8 },
    )
    .map(parts => bytes(parts.join(''))),
  fc
    .array(
      fc.constantFrom(
        0x80,
        0xc0,
        0xc2,
        0xe0,
        0xed,
        0xa0,
        0xef,
        0xbf,
        0xbd,
        0xf0,
        0xf4,
        0x90,
        0xff,
        0x2f,
        0x61,
      ),
      { maxLength: 10 },
    )
    .map(parts => Uint8Array.from(parts)),
)

/** A key may be refused only if a segment looks odd or contains part of a separator. */
function mayBeRefused({ separator }: PathNames, { segments }: Key): boolean {
  const hasPart = (segment: string) => Array.from(separator).some(part => segment.includes(part))
  return segments.some(segment => /^[\ufffd-\uffff]/.test(segment) || hasPart(segment))
}

describe('PathNames', () => {
  const rows: readonly (readonly [engine: string, options: PathOptions, segments: readonly string[]])[] = [
    ['/a/b', {}, ['a', 'b']],
    ['a/b', {}, ['\ufffd%-a', 'b']],
    ['', {}, ['\ufffd%-']],
    ['/', {}, ['\ufffd']],
    ['//a', {}, ['\ufffd', 'a']],
    ['/a/', {}, ['a', '\ufffd']],
    ['/a/../b', {}, ['a', '\ufffd..', 'b']],
    ['/a\xff%', {}, ['\ufffda%FF%25']],
    ['url:http://x/y', { separator: ':' }, ['url', 'http', '\ufffd%2F%2Fx%2Fy']],
    ['/50%', {}, ['50%']],
    ['/\xed\xa0\x80', {}, ['\ufffd%ED%A0%80']],
    ['/\xc0\xaf', {}, ['\ufffd%C0%AF']],
    ['/\xf4\x90\x80\x80', {}, ['\ufffd%F4%90%80%80']],
    ['/\xef\xbb\xbfa', {}, ['\ufeffa']],
    ['/\xef\xbf\xbdx', {}, ['\ufffd\ufffdx']],
    ['/\xef\xbf\xbdx\xff', {}, ['\ufffd\ufffdx%FF']],
    ['a:::b', { separator: '::' }, ['a', ':b']],
    ['/ds/a', { prefix: bytes('/ds') }, ['a']],
    ['/dsx/a', { prefix: bytes('/ds') }, ['\ufffd%-x', 'a']],
  ]
  it.each(rows)('K3 engine key %j with %j reads as %j', (engine, option, segments) => {
    const names = new PathNames(option)
    const key = Key.of(...segments)
    expect(names.keyOf(latin(engine)).segments).toEqual(segments)
    expect(names.bytesOf(key)).toEqual(latin(engine))
  })

  it.each([
    ['/a:b', ':'],
    ['/a/\ufffdabc%', '/'],
    ['/\ufffd%41', '/'],
    ['/\ufffdabc', '/'],
    ['/\ufffd%ff', '/'],
    ['/a/\ufffd%-b', '/'],
    ['/\ufffe', '/'],
    ['/a:/b', '::'],
  ])('K3 no engine key reads as %j with separator %j', (text, separator) => {
    const names = new PathNames({ separator })
    const key = Key.parse(text)
    expect(names.bytesOf(key)).toBeUndefined()
    expect(names.problem).toBe(`layout path with separator ${JSON.stringify(separator)} cannot hold it`)
  })

  it.each(['', '→', 'é:'])('D32 separator %j is refused', separator => {
    expect(caught(() => new PathNames({ separator }))).toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('K3 every byte string has a key of valid segments, and is restored byte for byte', () => {
    fc.assert(
      fc.property(anyNames, anyBytes, (names, rest) => {
        const engine = Uint8Array.from([...names.prefix, ...rest])
        const key = names.keyOf(engine)
        expect(key.segments.map(segmentProblem)).toEqual(key.segments.map(() => undefined))
        expect(names.bytesOf(key)).toEqual(engine)
      }),
      { numRuns: 2000 },
    )
  })

  it('K3 no two byte strings share a key', () => {
    fc.assert(
      fc.property(anyNames, fc.array(anyBytes, { minLength: 20, maxLength: 60 }), (names, all) => {
        const engine = new Set(all.map(rest => String([...names.prefix, ...rest])))
        const keys = new Set(
          all.map(rest => names.keyOf(Uint8Array.from([...names.prefix, ...rest])).toString()),
        )
        expect(keys.size).toBe(engine.size)
      }),
    )
  })

  it('K3 every key is restored or refused', () => {
    const oddKey = fc
      .array(
        fc
          .array(fc.constantFrom('\ufffd', '%', '-', '2', '5', 'F', 'FF', 'a', ':', '::', 'b', '\uffff'), {
            minLength: 1,
            maxLength: 5,
          })
          .map(parts => parts.join('')),
        { minLength: 1, maxLength: 3 },
      )
      .map(segments => Key.of(...segments))
    fc.assert(
      fc.property(anyNames, fc.oneof(anyKey, oddKey), (names, key) => {
        if (key.isRoot) return
        const engine = names.bytesOf(key)
        if (engine !== undefined) expect(names.keyOf(engine).toString()).toBe(key.toString())
        else expect(mayBeRefused(names, key)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('K9 an engine key is below a key exactly if it begins with the base of that key', () => {
    fc.assert(
      fc.property(anyNames, anyBytes, (names, rest) => {
        const engine = Uint8Array.from([...names.prefix, ...rest])
        const key = names.keyOf(engine)
        for (let above = key.parent; !above.isRoot; above = above.parent) {
          const base = names.baseOf(above)
          expect(base && engine.slice(0, base.length)).toEqual(base)
          expect(base).toBeDefined()
        }
        const base = names.baseOf(key)
        if (base === undefined) return
        for (const more of ['', 'x', names.separator, ':']) {
          const below = names.keyOf(Uint8Array.from([...base, ...bytes(more)]))
          expect(key.isAncestorOf(below)).toBe(true)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
