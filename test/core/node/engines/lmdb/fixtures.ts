import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { ByteSource } from '../../../../../src/core/node/engines/lmdb/foreign/pages.ts'

/** A fixture made by `fixtures/make.py` with liblmdb. */
export function fixture(name: string): Buffer {
  return gunzipSync(readFileSync(join(import.meta.dirname, 'fixtures', `${name}.gz`)))
}

/** The rows in the output of mdb_dump, in hex. */
export function dumped(name: string): [key: string, value: string][] {
  const lines = fixture(`${name}.dump`).toString('latin1').split('\n')
  const [begin, end] = [lines.indexOf('HEADER=END') + 1, lines.indexOf('DATA=END')]
  const hex = lines.slice(begin, end).map(line => line.slice(1))
  return Array.from({ length: hex.length / 2 }, (_, index) => [hex[index * 2]!, hex[index * 2 + 1]!])
}

/** A file in memory. */
export class BufferSource implements ByteSource {
  reads = 0
  bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  size(): number {
    return this.bytes.length
  }

  read(offset: number, length: number): Buffer {
    this.reads++
    return Buffer.from(this.bytes.subarray(offset, offset + length))
  }

  close(): void {
    this.bytes = Buffer.alloc(0)
  }
}
