import { CallError } from '../../../../../src/renderer/api/client.ts'
import type { Row } from '../../../../../src/shared/procedures/store.ts'
import type { Failure, StatValue } from '../../../../../src/shared/values.ts'

/** A value that is generated when it is read, so that it can have any size. */
interface FakeValue {
  readonly size: number
  readonly etag: string
  readonly mtime: number
  read(start: number, end: number): Uint8Array
}

/** Keys and values in memory, with values of any size and branches of any number of children. */
export class FakeStore {
  readonly #values = new Map<string, FakeValue>()
  readonly #branches = new Map<string, number>()
  #lastEtag = 0
  isReadOnly = false

  put(key: string, bytes: Uint8Array): StatValue {
    const copy = bytes.slice()
    this.#values.set(key, {
      ...this.#stamp(copy.length),
      read: (start, end) => copy.slice(start, end),
    })
    return this.stat(key)
  }

  /** A value of repeated lines, or of bytes that are not text. */
  putHuge(key: string, size: number, kind: 'text' | 'binary'): void {
    const line = new TextEncoder().encode('{"line":"of a very large value","números":[1,22.00,333]}\n')
    const noise = Uint8Array.from({ length: 65_537 }, (_, at) => (at * 7 + (at >> 8)) & 0xff)
    const pattern = kind === 'text' ? line : noise
    this.#values.set(key, {
      ...this.#stamp(size),
      read: (start, end) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start))
        for (let at = 0; at < bytes.length; ) {
          const part = pattern.subarray((start + at) % pattern.length).subarray(0, bytes.length - at)
          bytes.set(part, at)
          at += part.length
        }
        return bytes
      },
    })
  }

  /** A branch of numbered values that take no memory. */
  putBranch(prefix: string, count: number): void {
    this.#branches.set(prefix, count)
  }

  delete(key: string): void {
    this.value(key)
    this.#values.delete(key)
  }

  value(key: string): FakeValue {
    const value = this.#values.get(key)
    if (value === undefined) {
      throw failure({
        code: 'NOT_FOUND',
        message: `Cannot get ${JSON.stringify(key)}: there is no such key`,
        key,
      })
    }
    return value
  }

  stat(key: string): StatValue {
    const { size, etag, mtime } = this.value(key)
    return { size, etag, mtime }
  }

  checkWrite(key: string, rules: { ifMatch?: string | undefined; replace?: boolean | undefined }): void {
    const current = this.#values.get(key)
    const name = JSON.stringify(key)
    if (this.isReadOnly) {
      throw failure({ code: 'READ_ONLY', message: `Cannot put ${name}: the stack is locked`, key })
    }
    if (rules.ifMatch !== undefined && current?.etag !== rules.ifMatch) {
      throw failure({
        code: 'CONFLICT',
        message: `Cannot put ${name}: the value was changed in the meantime`,
        key,
      })
    }
    if (rules.replace === false && current !== undefined) {
      throw failure({ code: 'ALREADY_EXISTS', message: `Cannot put ${name}: there is a value already`, key })
    }
  }

  rows(prefix: string, offset: number, limit: number): { rows: Row[]; count: number } {
    const count = this.#branches.get(prefix)
    if (count === undefined) {
      const all = this.#children(prefix)
      return { rows: all.slice(offset, offset + limit), count: all.length }
    }
    const rows = Array.from({ length: Math.max(0, Math.min(limit, count - offset)) }, (_, index) => ({
      name: `entry-${String(offset + index).padStart(9, '0')}`,
      isValue: true,
      isBranch: false,
      size: 100 + ((offset + index) % 900),
    }))
    return { rows, count }
  }

  #children(prefix: string): Row[] {
    const below = prefix === '/' ? '/' : `${prefix}/`
    const rows = new Map<string, Row>()
    const note = (key: string, size: number | undefined) => {
      if (!key.startsWith(below)) return
      const [name = '', ...rest] = key.slice(below.length).split('/')
      const before = rows.get(name) ?? { name, isValue: false, isBranch: false }
      const isValue = rest.length === 0 && size !== undefined
      rows.set(name, {
        ...before,
        isValue: before.isValue || isValue,
        isBranch: before.isBranch || !isValue,
        ...(isValue ? { size } : {}),
      })
    }
    for (const [key, { size }] of this.#values) note(key, size)
    for (const key of this.#branches.keys()) note(key, undefined)
    return [...rows.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  #stamp(size: number): Pick<FakeValue, 'size' | 'etag' | 'mtime'> {
    return { size, etag: `etag-${++this.#lastEtag}`, mtime: Date.now() }
  }
}

export function failure(error: Failure): CallError {
  return new CallError(error)
}
