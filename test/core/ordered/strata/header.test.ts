import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  expiresOf,
  mtimeOf,
  valueStart,
  versionOf,
  withHeader,
} from '../../../../src/core/ordered/strata/header.ts'

const time = fc.nat({ max: 2 ** 48 - 1 })

describe('the header of a value in layout strata', () => {
  it('E2 consists of a byte of flags, the version and the time, followed by the value', () => {
    const making = { version: 258, mtime: Date.parse('2026-11-29T00:00:00.000Z'), expires: undefined }
    const record = withHeader(new TextEncoder().encode('hi'), making)
    expect(Buffer.from(record).toString('hex')).toBe('10' + '00000000000102' + '01a22499f800' + '6869')
  })

  it('E2 every version, time and value is restored', () => {
    const version = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER))
    fc.assert(
      fc.property(
        version,
        time,
        fc.option(time, { nil: undefined }),
        fc.uint8Array(),
        (number, mtime, expires, value) => {
          const record = withHeader(value, { version: number, mtime, expires })
          expect([versionOf(record), mtimeOf(record), expiresOf(record)]).toEqual([number, mtime, expires])
          expect(record.slice(valueStart(record))).toEqual(value)
        },
      ),
    )
  })

  it('E2 a record without a header is distinguished from one with it', () => {
    for (const record of [new Uint8Array(), new Uint8Array(30), new Uint8Array(13).fill(0x10)])
      expect(valueStart(record)).toBe(undefined)
    expect(valueStart(new Uint8Array(19).fill(0x11))).toBe(undefined)
  })
})
