import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteSizeInFull, exactByteSize, parseByteSize } from '../../../../src/renderer/ui/text/byte-size.ts'

describe('byte-size', () => {
  it.each([
    ['64 MiB', 67_108_864],
    ['64mib', 67_108_864],
    ['1.5 GB', 1_500_000_000],
    ['1.5GiB', 1_610_612_736],
    ['512 KiB', 524_288],
    ['512 kB', 512_000],
    ['10 kb', 10_000],
    ['  7  ', 7],
    ['1,234,567', 1_234_567],
    ['1 byte', 1],
    ['12 bytes', 12],
    ['0', 0],
    ['0.5 KiB', 512],
    ['2 TiB', 2_199_023_255_552],
    ['7.9 PB', 7_900_000_000_000_000],
  ])('O50 reads %j as %d bytes', (typed, bytes) => {
    expect(parseByteSize(typed)).toEqual({ bytes })
  })

  it.each([
    ['', 'not a size'],
    ['much', 'not a size'],
    ['-1 MB', 'not negative'],
    ['64 M', '"M" is unclear: write MiB (1024²) or MB (1000²)'],
    ['64 Mi', '"Mi" is unclear'],
    ['64 Mb', '"Mb" is unclear'],
    ['3 k', '"k" is unclear: write KiB (1024) or kB (1000)'],
    ['64 minutes', '"minutes" is not a unit of bytes'],
    ['1,5 GB', 'write 1.5 GB: a comma only separates thousands'],
    ['1.3 bytes', '1.3 bytes is not a whole number of bytes'],
    ['0.1 KiB', 'not a whole number'],
    ['1e6', 'not a size'],
    ['9 PiB', 'more than any store can hold'],
    ['0x10', 'not a size'],
    ['1 2', 'not a size'],
  ])('O50 refuses %j with a reason', (typed, reason) => {
    const read = parseByteSize(typed)
    expect('wrong' in read ? read.wrong : read).toContain(reason)
  })

  it('O50 a formatted size is read as the same bytes', () => {
    const size = fc.oneof(
      fc.nat(2_000_000),
      fc.bigInt(0n, BigInt(Number.MAX_SAFE_INTEGER)).map(Number),
      fc.nat(4000).map(count => count * 2 ** 20),
      fc.nat(4000).map(count => count * 1e8),
    )
    fc.assert(
      fc.property(size, bytes => {
        expect(parseByteSize(exactByteSize(bytes))).toEqual({ bytes })
      }),
    )
    expect([67_108_864, 1_500_000_000, 1_234_567, 512, 1].map(exactByteSize)).toEqual([
      '64 MiB',
      '1.5 GB',
      '1,234,567 bytes',
      '512 bytes',
      '1 byte',
    ])
  })

  it('O50 shows a size exactly, or rounded if it is large', () => {
    expect([67_108_864, 1_500_000_000, 600].map(byteSizeInFull)).toEqual([
      '67,108,864 bytes (64 MiB)',
      '1,500,000,000 bytes (about 1.4 GiB)',
      '600 bytes',
    ])
  })
})
