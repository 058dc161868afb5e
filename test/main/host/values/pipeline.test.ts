import * as zlib from 'node:zlib'
import { encode } from 'cborg'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { hexToBytes } from '../../../../src/core/values/byte-text.ts'
import {
  type DecodeOptions,
  decodeValue,
  encodeValue,
  STAGE_LIMIT,
  type Stage,
  UNPACKINGS,
} from '../../../../src/core/values/pipeline.ts'
import { encodeTextAs } from '../../../../src/core/values/text-encodings.ts'
import { compression } from '../../../../src/main/host/values/compression.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
const decode = (bytes: Uint8Array, name = 'value', more: Partial<DecodeOptions> = {}) =>
  decodeValue(bytes, { name, compression, ...more })
const encodeAs = (pipeline: readonly Stage[], text: string, stored: Uint8Array) =>
  encodeValue(utf8(text), { pipeline, stored, compression })

/** "hello zstd" and a line end, a frame of one raw block without a checksum. */
const ZSTD = hexToBytes('28b52ffd200b59000068656c6c6f207a7374640a') ?? new Uint8Array()
const ANY_ZSTD = 'zstdCompressSync' in zlib

describe('decodeValue', () => {
  it.each<[string, Uint8Array, string, string]>([
    ['a gzipped CBOR', zlib.gzipSync(encode({ a: [1, 'x'] })), 'value', 'gzip cbor'],
    ['gzip in gzip', zlib.gzipSync(zlib.gzipSync('text')), 'value', 'gzip gzip utf-8 text'],
    ['zlib', zlib.deflateSync('{"a": 1}'), 'value', 'zlib utf-8 json'],
    ['deflate by its name', zlib.deflateRawSync('text'), 'x.txt.deflate', 'deflate utf-8 text'],
    ['Brotli by its name', zlib.brotliCompressSync('{}'), 'x.json.br', 'brotli utf-8 json'],
    ['UTF-8', utf8('café'), 'value', 'utf-8 text'],
    ['JSON', utf8(' {"a": [1]}'), 'value', 'utf-8 json'],
    ['JSON by its name', utf8('{"a": '), 'a.json', 'utf-8 json'],
    ['nothing', new Uint8Array(), 'x.gz', 'utf-8 text'],
    ['Latin-1', Uint8Array.of(0x63, 0x61, 0x66, 0xe9), 'value', 'latin1 text'],
    ['Windows-1252', encodeTextAs('it’s “quoted”', 'windows-1252'), 'value', 'windows-1252 text'],
    ['UTF-16 LE with a mark', encodeTextAs('\ufeffcafé', 'utf-16le'), 'value', 'utf-16le text'],
    ['UTF-16 BE with a mark', encodeTextAs('\ufeff{"a": 1}', 'utf-16be'), 'value', 'utf-16be json'],
    ['UTF-16 LE without a mark', encodeTextAs('one line\nand another', 'utf-16le'), 'value', 'utf-16le text'],
    ['UTF-16 BE without a mark', encodeTextAs('one line\nand another', 'utf-16be'), 'value', 'utf-16be text'],
    ['MessagePack', hexToBytes('82a161c3a1629301c0a178') ?? new Uint8Array(), 'value', 'msgpack'],
    ['CBOR that is also text, by its name', utf8('aa'), 'x.cbor', 'cbor'],
    ['text that is also CBOR', utf8('aa'), 'value', 'utf-8 text'],
    ['text that looks like zlib', utf8('x^2 is a square'), 'value', 'utf-8 text'],
    [
      'SVG',
      utf8('<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'x',
      'image',
    ],
    ['bytes', Uint8Array.of(0, 1, 2, 0xff, 0xfe), 'value', 'bytes'],
  ])('DV4 detects %s', (_, bytes, name, pipeline) => {
    expect(decode(bytes, name).pipeline.join(' ')).toBe(pipeline)
    expect(decode(bytes, name).problem).toBe(undefined)
  })

  it.each(UNPACKINGS)('DV4 prefers a choice over what it detects: %s', stage => {
    const bytes = stage === 'zstd' ? ZSTD : compression.pack(stage, utf8('{"a": 1}'), new Uint8Array())
    expect(decode(bytes, 'value', { choice: [stage, 'bytes'] }).pipeline).toEqual([stage, 'bytes'])
    expect(decode(bytes, 'value', { choice: [stage] }).pipeline).toEqual([
      stage,
      'utf-8',
      stage === 'zstd' ? 'text' : 'json',
    ])
    expect(decode(bytes, 'value', { choice: ['bytes'] }).shown).toEqual(bytes)
  })

  it('DV5 returns the same bytes through any pipeline, or is read-only', () => {
    const stages = fc.constantFrom<Stage[]>(
      [],
      ['gzip'],
      ['zlib', 'utf-16le'],
      ['brotli', 'latin1', 'text'],
      ['deflate', 'cbor'],
      ['gzip', 'msgpack'],
      ['windows-1252'],
      ['cbor'],
      ['json'],
      ['image'],
    )
    const packed = fc
      .tuple(
        fc.array(fc.constantFrom('gzip', 'zlib', 'deflate', 'brotli'), { maxLength: 2 }),
        fc.uint8Array({ maxLength: 30 }),
      )
      .map(([packings, content]) =>
        packings.reduce<Uint8Array>(
          (bytes, stage) => compression.pack(stage, bytes, new Uint8Array()),
          content,
        ),
      )
    fc.assert(
      fc.property(packed, stages, (stored, choice) => {
        const { shown, pipeline, readOnly } = decode(stored, 'value', { choice })
        if (readOnly === undefined) expect(encodeValue(shown, { pipeline, stored, compression })).toBe(stored)
      }),
      { numRuns: 1000 },
    )
  })

  it('DV6 stops a decompression bomb at the limit, and reports it', () => {
    for (const stage of ['gzip', 'zlib', 'deflate', 'brotli'] as const) {
      const bomb = compression.pack(stage, new Uint8Array(STAGE_LIMIT + 1), new Uint8Array())
      const { pipeline, problem, shown } = decode(bomb, 'value', { choice: [stage] })
      expect(pipeline).toEqual(['bytes'])
      expect(problem).toContain('more than 16 MiB')
      expect(shown).toBe(bomb)
    }
  })

  it('DV6 stops a zstd bomb with an understated size, and one that requests a large window', () => {
    // A frame of runs of 128 KiB of zeros, with a window of 128 KiB and no content size.
    const run = [0x02, 0x00, 0x10, 0x00]
    const frame = Uint8Array.from([
      0x28,
      0xb5,
      0x2f,
      0xfd,
      0x00,
      0x38,
      ...Array.from({ length: 200 }, () => run).flat(),
      0x03,
      0x00,
      0x10,
      0x00,
    ])
    expect(decode(frame).problem).toContain('more than 16 MiB')
    const wide = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x03, 0x00, 0x10, 0x00])
    expect(decode(wide).problem).toBeDefined()
  })

  it('DV6 stops at eight nested compressions', () => {
    let bytes = new Uint8Array(zlib.gzipSync('text'))
    for (let count = 0; count < 9; count++) bytes = new Uint8Array(zlib.gzipSync(bytes))
    expect(decode(bytes).pipeline.filter(stage => stage === 'gzip')).toHaveLength(8)
  })

  it.each<[string, Uint8Array, Partial<DecodeOptions>, string]>([
    ['gzip that is cut', zlib.gzipSync('a longer text').subarray(0, 20), {}, 'gzip: it ends too early'],
    [
      'gzip with a wrong checksum',
      changed(zlib.gzipSync('text'), -8),
      {},
      'gzip: its checksum does not match',
    ],
    [
      'gzip with trailing bytes',
      Buffer.concat([zlib.gzipSync('text'), Buffer.from('more')]),
      {},
      'gzip: 4 bytes that are not gzip follow',
    ],
    [
      'zlib with trailing bytes',
      Buffer.concat([zlib.deflateSync('text'), Buffer.from('more')]),
      { choice: ['zlib'] },
      'zlib: 4 bytes follow its end',
    ],
    ['CBOR that is cut', Uint8Array.of(0xff, 0x82, 1), { choice: ['cbor'] }, 'CBOR: not CBOR at byte 0'],
    ['CBOR by its name', Uint8Array.of(0xff, 0x82, 0), { name: 'x.cbor' }, 'CBOR: not CBOR at byte 0'],
    ['no image', utf8('text'), { choice: ['image'] }, 'Image: not PNG'],
    ['an odd UTF-16', utf8('abc'), { choice: ['utf-16le'] }, 'UTF-16 LE: not UTF-16'],
  ])('DV7 shows %s unchanged, with the reason', (_, bytes, more, problem) => {
    const decoded = decode(bytes, more.name, more)
    expect(decoded.problem).toContain(problem)
    expect(decoded.pipeline.at(-1)).toBe('bytes')
    expect(decoded.shown).toBe(bytes)
  })

  it('DV7 shows the result of the last successful stage when the next one fails', () => {
    const decoded = decode(zlib.gzipSync('text'), 'value', { choice: ['gzip', 'cbor'] })
    expect(decoded.pipeline).toEqual(['gzip', 'bytes'])
    expect(textOf(decoded.shown)).toBe('text')
    expect(decoded.problem).toContain('CBOR')
  })

  it('DV7 never fails and never loses a byte, for any input', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom('x', 'x.gz', 'x.br', 'x.cbor.zst', 'x.msgpack', 'x.zz'),
        (bytes, name) => {
          const { pipeline, shown } = decode(bytes, name)
          if (pipeline.length === 1 && pipeline[0] === 'bytes') expect(shown).toBe(bytes)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each<[string, Uint8Array, string]>([
    [
      'two members of gzip',
      Buffer.concat([zlib.gzipSync('one'), zlib.gzipSync('two')]),
      'gzip: it holds 2 members, which would become one',
    ],
    ['an image', utf8('GIF89a\u0001\0\u0001\0'), 'an image is edited as bytes'],
  ])('DV5 opens %s read-only, and reports why', (_, bytes, reason) => {
    expect(decode(bytes).readOnly).toContain(reason)
  })

  it('DV8 reads zstd, and writes it if Node can', () => {
    const { pipeline, shown, readOnly } = decode(ZSTD)
    expect([pipeline.join(' '), textOf(shown)]).toEqual(['zstd utf-8 text', 'hello zstd\n'])
    if (ANY_ZSTD) expect(textOf(decode(encodeAs(pipeline, 'changed', ZSTD)).shown)).toBe('changed')
    else {
      expect(readOnly).toContain('cannot write it, 22.15 and later can')
      expect(() => encodeAs(pipeline, 'changed', ZSTD)).toThrow('cannot write it')
    }
  })
})

describe('zstd if Node writes it (22.15 and later)', () => {
  beforeEach(({ skip }) => skip(!ANY_ZSTD, `Node.js ${process.version} has no zstd; it came with 22.15`))

  const pipeline = ['zstd', 'utf-8', 'text'] as const
  /** The flag of the frame header (RFC 8878, 3.1.1.1.1). */
  const hasChecksum = (frame: Uint8Array) => ((frame[4] ?? 0) & 4) !== 0

  it('DV8 a value is edited, and stays zstd', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 2000 }), text => {
        const stored = encodeAs(pipeline, text, new Uint8Array())
        expect([...stored.subarray(0, 4)]).toEqual([0x28, 0xb5, 0x2f, 0xfd])
        const { shown, readOnly } = decode(stored, 'x.zst')
        expect([textOf(shown), readOnly]).toEqual([text, undefined])
      }),
    )
  })

  it('DV8 a frame keeps its checksum, and gets none if it had none', () => {
    const checked = encodeAs(pipeline, 'one', new Uint8Array())
    expect([hasChecksum(checked), hasChecksum(ZSTD)]).toEqual([true, false])
    expect(hasChecksum(encodeAs(pipeline, 'two', checked))).toBe(true)
    expect(hasChecksum(encodeAs(pipeline, 'two', ZSTD))).toBe(false)
    checked.set([(checked.at(-1) ?? 0) ^ 1], checked.length - 1)
    expect(decode(checked, 'x.zst').pipeline).not.toContain('zstd')
  })
})

describe('encodeValue', () => {
  it('DV5 keeps the header of gzip: name, comment, time, system, extra field', () => {
    const plain = zlib.gzipSync(utf8('one'))
    const head = Uint8Array.from([
      0x1f,
      0x8b,
      8,
      4 | 8 | 16,
      1,
      2,
      3,
      4,
      2,
      7,
      2,
      0,
      0xaa,
      0xbb,
      ...utf8('name\0comment\0'),
    ])
    const stored = Buffer.concat([head, plain.subarray(10)])
    expect(textOf(decode(stored).shown)).toBe('one')
    const put = encodeAs(['gzip', 'utf-8', 'text'], 'another', stored)
    expect(put.subarray(0, head.length)).toEqual(head)
    expect(zlib.gunzipSync(put).toString()).toBe('another')
  })

  it.each<[Stage, Stage, string]>([
    ['gzip', 'cbor', '{ "a": 18446744073709551615, "a": h\'00ff\' }'],
    ['zlib', 'msgpack', '[5_u64, 1.5_f32]'],
    ['brotli', 'utf-16be', '\ufeffcafé €\r\n'],
    ['deflate', 'windows-1252', 'it’s'],
  ])('DV5 writes through %s and %s', (unpacking, content, text) => {
    const pipeline: Stage[] = [unpacking, content]
    const stored = compression.pack(unpacking as 'gzip', utf8(''), new Uint8Array())
    const put = encodeAs(pipeline, text, stored)
    const decoded = decode(put, 'value', { choice: pipeline })
    expect(textOf(decoded.shown)).toBe(text)
    expect(decoded.readOnly).toBe(undefined)
  })

  it('DV5 writes an empty value in any chosen form', () => {
    expect(zlib.gunzipSync(encodeAs(['gzip', 'utf-8', 'json'], '{}', new Uint8Array())).toString()).toBe('{}')
    expect(encodeAs(['cbor'], '[]', new Uint8Array())).toEqual(Uint8Array.of(0x80))
  })

  it('DV1 reports line and column of what cannot be encoded', () => {
    expect(() => encodeAs(['cbor'], '{\n  "a": x\n}', new Uint8Array())).toThrow(
      'line 2, column 8: Expected a value',
    )
  })
})

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes)
  const index = copy.length + at
  copy[index] = (copy[index] ?? 0) ^ 1
  return copy
}
