import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { ByteSource } from './pages.ts'

/** The bytes of a file that is open for reading. */
export class FileSource implements ByteSource {
  readonly #file: number

  /** @throws The system's error where the file cannot be opened. */
  constructor(path: string) {
    this.#file = openSync(path, 'r')
  }

  size(): number {
    return fstatSync(this.#file).size
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    let size = 0
    while (size < length) {
      const count = readSync(this.#file, bytes, size, length - size, offset + size)
      if (count === 0) break
      size += count
    }
    return bytes.subarray(0, size)
  }

  close(): void {
    closeSync(this.#file)
  }
}
