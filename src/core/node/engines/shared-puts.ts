import { DatastoreError } from '../../errors.ts'
import { compareBytes } from '../../ordered/byte-order.ts'
import type { Write } from '../../ordered/driver.ts'
import { TurnGroup } from './turn-group.ts'

/** A put without a condition, of a value that does not expire. Its bytes must not change until it has ended. */
export type PlainPut = Write & { readonly value: Uint8Array }

export function isPlainPut(write: Write): write is PlainPut {
  return write.value !== undefined && write.expect === 'any' && write.expires === undefined
}

interface SharedPutsParts<Answer> {
  /** Makes a put by itself. */
  readonly one: (put: PlainPut) => Promise<Answer>
  /**
   * Makes several puts, all of them or none. Of puts with the same key the last one counts.
   * @returns The answer to each; `undefined` if the server has refused them, because of one of them or of others.
   */
  readonly all: (puts: readonly PlainPut[]) => Promise<Answer | undefined>
  /** A copy of a failure that several puts share: each adds its own key to it. */
  readonly copyOf: (failure: DatastoreError) => DatastoreError
  /** The maximum number of bytes that `all` takes. */
  readonly maxBytes: number
}

/** Few enough that a server works on several requests at once, and enough to share the cost of a request and its answer. */
const MAX_PUTS = 16
const MAX_BYTES = 256 * 1024
/** Bytes of a put in addition to its key and its value. */
const REST = 64

/**
 * Puts of one turn of the event loop share a request to a server, which makes all of them or none. If the server refuses
 * it, each is made by itself: no put fails because of another one.
 */
export class SharedPuts<Answer> {
  readonly #parts: SharedPutsParts<Answer>
  readonly #maxBytes: number
  readonly #group: TurnGroup<PlainPut, Answer>

  constructor(parts: SharedPutsParts<Answer>) {
    this.#parts = parts
    this.#maxBytes = Math.min(MAX_BYTES, parts.maxBytes)
    this.#group = new TurnGroup<PlainPut, Answer>({
      one: parts.one,
      many: puts => this.#sharing(puts).flatMap(part => this.#together(part)),
      bytesOf,
    })
  }

  put(put: PlainPut): Promise<Answer> {
    return this.#group.push(put)
  }

  /** The puts in their order, in parts that fit one request each. */
  #sharing(puts: readonly PlainPut[]): readonly (readonly PlainPut[])[] {
    const parts: PlainPut[][] = []
    let room = 0
    for (const put of puts) {
      const part = parts.at(-1)
      const bytes = bytesOf(put)
      if (part === undefined || part.length === MAX_PUTS || bytes > room) {
        parts.push([put])
        room = this.#maxBytes - bytes
      } else {
        part.push(put)
        room -= bytes
      }
    }
    return parts
  }

  #together(puts: readonly PlainPut[]): readonly Promise<Answer>[] {
    const { one, all, copyOf } = this.#parts
    if (puts.length === 1) return puts.map(one)
    // In one order, so that two programs that write the same keys don't wait for each other.
    const made = all(puts.toSorted((a, b) => compareBytes(a.key, b.key)))
    return puts.map(put =>
      made.then(
        answer => answer ?? one(put),
        (error: unknown) => {
          throw error instanceof DatastoreError ? copyOf(error) : error
        },
      ),
    )
  }
}

function bytesOf({ key, value }: PlainPut): number {
  return key.length + value.length + REST
}
