import { textOf } from '../text-bound.ts'
import type { SqlCell, SqlValue } from './sql-connection.ts'
import type { Column } from './table.ts'

/** Between the parts of a name that has several columns. No text of a database contains it. */
export const DIVIDER = '\0'

/** The texts that a number or an id is written as: one for each value. */
const WHOLE = /^(?:0|-?[1-9]\d{0,18})$/
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** The cells of keys by the names of keys: the bytes of one column, or those of several joined by a divider. */
export class KeyCells {
  readonly #keys: readonly Column[]

  constructor(keys: readonly Column[]) {
    this.#keys = keys
  }

  /** The cells of a row with this name; `undefined` if no row can have it. */
  cellsOf(name: Uint8Array): SqlValue[] | undefined {
    const [only] = this.#keys
    if (only?.type === 'bytes') return [name]
    const parts = this.#partsOf(name)
    if (parts?.length !== this.#keys.length) return undefined
    return parts.every((part, index) => holds(this.#keys[index] as Column, part)) ? parts : undefined
  }

  /** The parameters that find the row with this name: columns that fold texts are compared twice. */
  whereOf(name: Uint8Array): SqlValue[] | undefined {
    return this.cellsOf(name)?.flatMap((cell, index) =>
      this.#keys[index]?.isFolded === true ? [cell, Buffer.from(cell as string)] : [cell],
    )
  }

  nameOf(cells: readonly SqlCell[]): Uint8Array {
    const parts = cells.slice(0, this.#keys.length) as Uint8Array[]
    if (parts.length === 1) return parts[0] as Uint8Array
    const whole = Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [NUL, part])))
    return new Uint8Array(whole.buffer, whole.byteOffset, whole.length)
  }

  #partsOf(name: Uint8Array): string[] | undefined {
    if (this.#keys.length === 1) {
      const text = textOf(name)
      return text === undefined ? undefined : [text]
    }
    const parts: string[] = []
    for (let start = 0; start <= name.length; ) {
      const found = name.indexOf(0, start)
      const end = found < 0 ? name.length : found
      const text = textOf(name.subarray(start, end))
      if (text === undefined) return undefined
      parts.push(text)
      start = end + 1
    }
    return parts
  }
}

const NUL = Uint8Array.of(0)

function holds({ type }: Column, text: string): boolean {
  if (type === 'whole') return WHOLE.test(text)
  return type !== 'uuid' || UUID.test(text)
}
