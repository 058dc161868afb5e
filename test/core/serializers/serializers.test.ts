import { inspect, isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { transformed } from '../../../src/core/adapters/transformed.ts'
import { Key } from '../../../src/core/key.ts'
import { brotli } from '../../../src/core/node/serializers/brotli.ts'
import { hasZstd, zstd } from '../../../src/core/node/serializers/zstd.ts'
import { serialized } from '../../../src/core/open/datastore.ts'
import { aesGcm } from '../../../src/core/serializers/aes-gcm.ts'
import { cbor } from '../../../src/core/serializers/cbor.ts'
import { gzip } from '../../../src/core/serializers/gzip.ts'
import { type Json, json, prettyJson } from '../../../src/core/serializers/json.ts'
import { msgpack } from '../../../src/core/serializers/msgpack.ts'
import { type ByteTransform, pipe, type Serializer, text } from '../../../src/core/serializers/serializer.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

const freshKey = () =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
const noNegativeZero = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json
const jsonValue = fc.jsonValue({ noUnicodeString: false }).map(noNegativeZero)

describe('json', () => {
  it.each([json, prettyJson])('V1 $name restores what it encoded', async serializer => {
    await fc.assert(
      fc.asyncProperty(jsonValue, async value => {
        fc.pre(!/\p{Surrogate}/u.test(JSON.stringify(value)))
        expect(await serializer.decode(await serializer.encode(value))).toEqual(value)
      }),
    )
  })

  it('V1 a list stays a list, and similar values stay distinct', async () => {
    for (const value of [[1, 2], [12], null, false, 0, '', [], {}, [null], '123']) {
      expect(await json.decode(await json.encode(value))).toStrictEqual(value)
    }
  })

  it('V1 rejects values that JSON would change, with their position', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = cyclic
    const wrong: [unknown, RegExp][] = [
      [undefined, /the value is undefined/],
      [Number.NaN, /is NaN/],
      [-0, /is -0/],
      [Infinity, /is Infinity/],
      [10n, /is bigint/],
      [{ a: [1, undefined] }, /the value\.a\[1\] is undefined/],
      // biome-ignore lint/suspicious/noSparseArray: the hole is the point
      [[1, , 2], /\[1\] is a hole/],
      [{ at: new Date() }, /\.at is an instance of a class/],
      [new Map(), /instance of a class/],
      [cyclic, /holds itself/],
      ['\ud800', /lone surrogate/],
      [{ [Symbol('s')]: 1 }, /symbol/],
      [() => 1, /is function/],
    ]
    for (const [value, message] of wrong) expect(() => json.encode(value as Json)).toThrow(message)
  })

  it('V1 the same object twice is not a cycle', async () => {
    const shared = { a: 1 }
    expect(await json.decode(await json.encode([shared, shared]))).toEqual([shared, shared])
  })
})

describe('text, msgpack, cbor', () => {
  it('V1 text keeps every character, including a byte order mark, and rejects invalid UTF-8', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async value => {
        fc.pre(!/\p{Surrogate}/u.test(value))
        expect(await text.decode(await text.encode(`\ufeff${value}`))).toBe(`\ufeff${value}`)
      }),
    )
    expect(() => text.decode(Uint8Array.of(0xff))).toThrow()
    expect(() => text.encode('\ud800')).toThrow(TypeError)
  })

  it.each([msgpack, cbor])('V1 $name restores values, bytes and integers past 2^53', async serializer => {
    const values = [null, true, -1, 1.5, 'é', [1, [2]], { a: { b: [] } }, Uint8Array.of(1, 2, 3), 2n ** 60n]
    for (const value of values) expect(await serializer.decode(await serializer.encode(value))).toEqual(value)
  })

  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    stringUnit: 'binary',
  })
  const marked = fc.string({ unit: 'binary', maxLength: 300 }).map(rest => `\ufeff${rest}`)
  const near = fc
    .tuple(fc.constantFrom(31n, 32n, 52n, 53n, 63n, 64n), fc.bigInt(-3n, 3n), fc.boolean())
    .map(([power, offset, isNegative]) => (isNegative ? -(2n ** power) : 2n ** power) + offset)
  const numbers = near.map(value => ({ big: value, small: Number(value) }))

  it.each([json, msgpack, cbor])(
    'V1 every value that $name accepts is restored unchanged',
    async serializer => {
      let held = 0
      const value = fc.oneof(
        anything,
        marked,
        fc.string({ unit: 'binary' }),
        near,
        numbers,
        fc.date(),
        jsonValue,
      )
      await fc.assert(
        fc.asyncProperty(fc.oneof(value, fc.array(value), fc.dictionary(fc.string(), value)), async given => {
          const bytes = await encodedBy(serializer, given)
          if (bytes === undefined) return
          held++
          const back: unknown = await serializer.decode(bytes)
          // A null prototype is not part of a value.
          expect(isDeepStrictEqual(back, structuredClone(given)), inspect({ given, back })).toBe(true)
        }),
        { numRuns: 1000 },
      )
      expect(held).toBeGreaterThan(100)
    },
  )

  it.each([
    ['a bigint past 64 bits', 2n ** 100n, [json, msgpack, cbor]],
    ['a small bigint', 5n, [json, cbor]],
    ['a Map', new Map([[1, 2]]), [json, msgpack, cbor]],
    ['a Set', new Set([1]), [json, msgpack, cbor]],
    ['undefined', [undefined], [json, msgpack]],
    ['-0', { a: -0 }, [json, msgpack]],
    ['a hole', Array.from({ length: 2 }).toSpliced(0, 2, 1).concat(new Array(1)), [json, msgpack, cbor]],
    ['a list with names', 'abc'.match(/b/), [json, msgpack, cbor]],
    ['a date', new Date(0), [json, cbor]],
    ['a date of no time', new Date(Number.NaN), [json, msgpack, cbor]],
    ['a regular expression', /x/, [json, msgpack, cbor]],
    ['a URL', new URL('http://localhost/'), [json, msgpack, cbor]],
    ['numbers in a typed array', new Uint16Array([1]), [json, msgpack, cbor]],
    ['a lone surrogate in a name', { ['\ud800']: 1 }, [json, msgpack, cbor]],
    ['__proto__', JSON.parse('{"__proto__":1}'), [msgpack]],
    ['a mark at the beginning', `\ufeff${'x'.repeat(300)}`, [msgpack]],
  ] as const)('V1 %s is rejected by each serializer that would change it', async (_, value, refusing) => {
    for (const serializer of [json, msgpack, cbor]) {
      const bytes = await encodedBy(serializer, value)
      expect([serializer.name, bytes === undefined]).toEqual([
        serializer.name,
        refusing.some(({ name }) => name === serializer.name),
      ])
      if (bytes !== undefined) expect(isDeepStrictEqual(await serializer.decode(bytes), value)).toBe(true)
    }
  })

  it('V2 cbor rejects invalid UTF-8 and duplicate names', async () => {
    for (const bytes of [
      [0x61, 0xff],
      [0x78, 40, ...Array<number>(40).fill(0xff)],
      [0xa2, 0x61, 97, 1, 0x61, 97, 2],
    ]) {
      expect(() => cbor.decode(Uint8Array.from(bytes))).toThrow()
    }
  })
})

/** The encoded value, or `undefined` if it is rejected. */
async function encodedBy(
  serializer: Pick<Serializer<never>, 'encode'>,
  value: unknown,
): Promise<Uint8Array | undefined> {
  try {
    return await serializer.encode(value as never)
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
    return undefined
  }
}

const transforms: [string, () => Promise<ByteTransform>][] = [
  ['gzip', async () => gzip],
  ['brotli', async () => brotli],
  ...(hasZstd ? [['zstd', async () => zstd] as [string, () => Promise<ByteTransform>]] : []),
  ['aes-gcm', async () => aesGcm(await freshKey())],
]

async function* chunksOf(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.slice(start, start + size)
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

describe.each(transforms)('%s', (name, open) => {
  it('V1 restores any bytes', async () => {
    const transform = await open()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async bytes => {
        expect(Buffer.compare(await transform.decode(await transform.encode(bytes)), bytes)).toBe(0)
      }),
      { numRuns: 40 },
    )
  })

  it('V2 bytes that were truncated or changed do not decode', async () => {
    const transform = await open()
    const stored = await transform.encode(new Uint8Array(1000).map((_, index) => index * 7))
    await expect((async () => transform.decode(stored.slice(0, stored.length - 5)))()).rejects.toThrow()
    const middle = stored.slice()
    middle[stored.length >> 1]! ^= 0xff
    const outcome = await Promise.resolve(transform.decode(middle)).then(
      bytes => Buffer.compare(bytes, stored),
      () => 'refused',
    )
    expect(outcome).toBe('refused')
    await expect((async () => transform.decode(new Uint8Array(0)))()).rejects.toThrow()
  })

  it('V2 bytes after a whole value are not silently ignored', async () => {
    const transform = await open()
    const stored = await transform.encode(Buffer.from('value '.repeat(1000)))
    for (const rest of [Uint8Array.of(1), Uint8Array.of(1, 2, 3), new Uint8Array(100_000).fill(7)]) {
      const longer = Buffer.concat([stored, rest])
      await expect((async () => transform.decode(longer))()).rejects.toThrow()
      for (const size of [3, stored.length, longer.length]) {
        const decoded = transform.decodeStream?.(chunksOf(longer, size))
        if (decoded !== undefined) await expect(gather(decoded)).rejects.toThrow()
      }
    }
  })

  it('V1 works chunk by chunk if it can', async () => {
    const { encodeStream, decodeStream } = await open()
    if (encodeStream === undefined || decodeStream === undefined) {
      expect(name).toBe('aes-gcm')
      return
    }
    const bytes = new Uint8Array(300_000).map((_, index) => index % 251)
    const back = await gather(decodeStream(encodeStream(chunksOf(bytes, 7001))))
    expect(Buffer.compare(back, bytes)).toBe(0)
  })
})

describe('aes-gcm', () => {
  it('V1 a value does not decode with another key, and equal values have different bytes', async () => {
    const [ours, theirs] = [aesGcm(await freshKey()), aesGcm(await freshKey())]
    const [first, second] = [await ours.encode(Uint8Array.of(1)), await ours.encode(Uint8Array.of(1))]
    expect(Buffer.compare(first, second)).not.toBe(0)
    await expect((async () => theirs.decode(first))()).rejects.toThrow()
  })

  it.each([
    ['encrypt', 'get'],
    ['decrypt', 'put'],
  ] as const)('V1 D18 a key that can only %s makes no value CORRUPT', async (usage, refused) => {
    const both = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, [
      'encrypt',
      'decrypt',
    ])
    const raw = await crypto.subtle.exportKey('raw', both)
    const store = new MemoryDatastore()
    const key = Key.of('a')
    await transformed(store, aesGcm(both)).put(key, Uint8Array.of(1))
    const narrow = aesGcm(await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, [usage]))
    const half = transformed(store, narrow)
    const call = refused === 'get' ? half.get(key) : half.put(key, Uint8Array.of(2))
    await expect(call).rejects.toMatchObject({ code: 'UNSUPPORTED', key })
  })

  it('V1 rejects a key of another algorithm', async () => {
    const key = await crypto.subtle.generateKey({ name: 'AES-CTR', length: 256 }, false, ['encrypt'])
    expect(() => aesGcm(key)).toThrow(/AES-CTR/)
  })
})

describe('isDetached', () => {
  const note = { text: 'Brazil', list: [1, 2] }
  const film = new TextEncoder().encode('Brazil')
  async function expectDetached<T>(serializer: Serializer<T>, value: T): Promise<void> {
    expect(serializer.isDetached, serializer.name).toBe(true)
    const stored = new Uint8Array(await serializer.encode(value))
    const decoded = await serializer.decode(stored)
    stored.fill(0)
    expect(decoded, serializer.name).toEqual(value)
  }

  it('V1 is declared only by serializers whose values share no memory with the bytes', async () => {
    for (const each of [json, prettyJson]) await expectDetached(each, note)
    await expectDetached(text, 'Brazil')
    const transforms = [gzip, brotli, aesGcm(await freshKey()), ...(hasZstd ? [zstd] : [])]
    for (const each of transforms) await expectDetached(each, film)
    await expectDetached(pipe(cbor, gzip), { film })
  })

  it.each([cbor, msgpack, pipe(cbor)])(
    'V1 D15 a change to a value that $name decoded does not reach the store',
    async serializer => {
      const store = serialized(new MemoryDatastore(), serializer)
      const key = Key.of('film')
      await store.put(key, { film })
      const got = (await store.get(key)) as { film: Uint8Array }
      got.film.fill(0)
      expect(await store.get(key)).toEqual({ film })
    },
  )
})

describe('pipe', () => {
  it('V1 combines transforms, and decodes in reverse order', async () => {
    const stacked = pipe(json, gzip, aesGcm(await freshKey()))
    expect(stacked.name).toBe('json + gzip + aes-gcm')
    expect(await stacked.decode(await stacked.encode({ a: [1, 2] }))).toEqual({ a: [1, 2] })
  })
})

describe('bytes in a non-canonical form', () => {
  const readBack = async (serializer: Serializer<unknown>, bytes: Uint8Array) => {
    const below = new MemoryDatastore()
    await below.put(Key.of('a'), bytes)
    return serialized(below, serializer).get(Key.of('a'))
  }
  const utf8 = new TextEncoder()

  it.each([
    ['a byte that begins nothing', [0xa1, 0xff]],
    ['a sequence cut short', [0xa2, 0xe2, 0x82]],
    ['an overlong slash', [0xa2, 0xc0, 0xaf]],
    ['a surrogate', [0xa3, 0xed, 0xa0, 0x80]],
    ['a broken text after bytes in a list', [0x92, 0xc4, 0x01, 0xff, 0xa1, 0xff]],
    ['a broken name', [0x81, 0xa1, 0xff, 0x01]],
    ['a name that is a number', [0x81, 0x01, 0x01]],
    ['a name given twice', [0x82, 0xa1, 0x61, 0x01, 0xa1, 0x61, 0x02]],
    ['a time finer than a millisecond', [0xd7, 0xff, 0, 0, 0, 4, 0, 0, 0, 1]],
    ['a length past the end', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['bytes after the value', [0x01, 0x01]],
    ['nothing', []],
  ])('V1 msgpack: %s is CORRUPT', async (_, bytes) => {
    await expect(readBack(msgpack, Uint8Array.from(bytes))).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  it.each([
    '12345678901234567890',
    '-9007199254740993',
    '1e400',
    '-1e400',
    '1e-400',
    '0.12345678901234567890',
    '[{"a":1},{"b":{"a":1,"a":2}}]',
    '{"\\u0061":1,"a":1}',
    '{"a":12345678901234567891}',
  ])('V1 json: %s is CORRUPT', async source => {
    await expect(readBack(json, utf8.encode(source))).rejects.toMatchObject({ code: 'CORRUPT' })
  })

  it.each([
    '9007199254740991',
    '9007199254740992',
    '1180591620717411303424',
    '1e23',
    '1E5',
    '0e999999999',
    '0.10000000000000001',
    '100000000000000000000000.00',
    '-0',
    '{"a:b":{"__proto__":1},"\\"1e400":[":",12]}',
  ])('V1 json: %s is read like JSON.parse()', async source => {
    expect(await readBack(json, utf8.encode(source))).toEqual(JSON.parse(source))
  })

  it('V1 json: every double is restored, in any notation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async number => {
        // `String` prints -0 without its sign.
        const printed = Object.is(number, -0) ? 0 : number
        for (const source of [String(number), number.toExponential(16), number.toPrecision(17)])
          expect(await json.decode(utf8.encode(source))).toBe(printed)
      }),
    )
  })

  it.each([
    [cbor, [0x61, 0xff]],
    [cbor, [0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02]],
    [cbor, [0xc2, 0x41, 0x01]],
    [text, [0xff]],
    [json, [0x22, 0xff, 0x22]],
  ] as [Serializer<unknown>, number[]][])(
    'V2 $0.name: invalid bytes are CORRUPT',
    async (serializer, bytes) => {
      await expect(readBack(serializer, Uint8Array.from(bytes))).rejects.toMatchObject({ code: 'CORRUPT' })
    },
  )
})
