import { crc32, deflateSync } from 'node:zlib'

/** One value of the sample. */
export interface SampleEntry {
  readonly key: string
  readonly value: Uint8Array
}

const encoder = new TextEncoder()

export function textEntry(key: string, text: string): SampleEntry {
  return { key, value: encoder.encode(text) }
}

/**
 * An object as JSON text.
 * @param fields Names with values that are already JSON, so that a number can be written as `22.00`.
 */
export function jsonEntry(key: string, fields: Readonly<Record<string, string>>): SampleEntry {
  const lines = Object.entries(fields).map(([name, json]) => `  ${JSON.stringify(name)}: ${json}`)
  return textEntry(key, `{\n${lines.join(',\n')}\n}\n`)
}

/** A text, number, list … as JSON, for a field of `jsonEntry`. */
export function json(value: unknown): string {
  return JSON.stringify(value)
}

/** Pseudo-random numbers that are the same in every run. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 to `limit - 1`. Source: mulberry32, Tommy Ettinger, public domain. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0]
  }

  /** Eight hexadecimal digits for each of `groups`. */
  hex(groups: number): string {
    return Array.from({ length: groups }, () =>
      this.below(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('')
  }
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Red, green and blue from 0 to 255. */
export type Color = readonly [number, number, number]

/** A picture as PNG. Source: the PNG specification, w3.org/TR/png-3: 8 bits a channel, no filter. */
export function png(width: number, height: number, colorAt: (x: number, y: number) => Color): Uint8Array {
  const lineLength = 1 + width * 3
  const lines = Buffer.alloc(lineLength * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) lines.set(colorAt(x, y), y * lineLength + 1 + x * 3)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const parts = [
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return new Uint8Array(Buffer.concat(parts))
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'ascii'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(typed))
  return Buffer.concat([length, typed, checksum])
}
