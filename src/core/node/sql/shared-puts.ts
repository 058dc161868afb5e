import { DatastoreError } from '../../errors.ts'
import { compareBytes } from '../../ordered/byte-order.ts'
import type { Outcome, Write } from '../../ordered/driver.ts'
import { TurnGroup } from '../engines/turn-group.ts'
import type { SqlDialect } from './dialect.ts'
import { copyOfFailure } from './failures.ts'
import type { SqlConnection } from './sql-connection.ts'

/** A put without a condition. Its bytes must not change until it has ended. */
export type Put = Write & { readonly value: Uint8Array }

interface SharedPutsParts {
  readonly dialect: SqlDialect
  /** Runs `work` on a connection of its own. */
  readonly run: <T>(work: (connection: SqlConnection) => Promise<T>) => Promise<T>
  /** Makes a put by itself. */
  readonly one: (connection: SqlConnection, put: Put) => Promise<Outcome>
  /** Makes several puts by one statement that gives way to others that have locked a row. */
  readonly all: (connection: SqlConnection, puts: readonly Put[]) => Promise<void>
  /** The maximum number of bytes that one statement takes. */
  readonly mostBytes: number
}

/** Few enough that several connections work at once, and enough to share the cost of a statement and its answer. */
const MOST_PUTS = 16
const MOST_BYTES = 256 * 1024
/** Bytes of a row beside its key and its value. */
const ROW_REST = 64

/**
 * Puts of one turn of the event loop share a statement, which writes all of them or none. If the server refuses it, because
 * of one of them or because another program has locked a row for a second, each is made by itself: no put fails because of
 * another one.
 */
export class SharedPuts {
  readonly #parts: SharedPutsParts
  readonly #mostBytes: number
  readonly #group: TurnGroup<Put, Outcome>

  constructor(parts: SharedPutsParts) {
    this.#parts = parts
    this.#mostBytes = Math.min(MOST_BYTES, parts.mostBytes)
    this.#group = new TurnGroup<Put, Outcome>({
      one: put => this.#one(put),
      many: puts => this.#sharing(puts).flatMap(part => this.#together(part)),
      bytesOf,
    })
  }

  put(put: Put): Promise<Outcome> {
    return this.#group.push(put)
  }

  #one(put: Put): Promise<Outcome> {
    return this.#parts.run(connection => this.#parts.one(connection, put))
  }

  /** The puts in their order, in parts that fit one statement each. */
  #sharing(puts: readonly Put[]): readonly (readonly Put[])[] {
    const parts: Put[][] = []
    let room = 0
    for (const put of puts) {
      const part = parts.at(-1)
      const bytes = bytesOf(put)
      if (part === undefined || part.length === MOST_PUTS || bytes > room) {
        parts.push([put])
        room = this.#mostBytes - bytes
      } else {
        part.push(put)
        room -= bytes
      }
    }
    return parts
  }

  #together(puts: readonly Put[]): readonly Promise<Outcome>[] {
    if (puts.length === 1) return puts.map(put => this.#one(put))
    const made = this.#parts.run(connection => this.#isMade(connection, puts))
    return puts.map(put =>
      made.then(
        isMade => (isMade ? 'done' : this.#one(put)),
        (error: unknown) => {
          throw error instanceof DatastoreError ? copyOfFailure(error) : error
        },
      ),
    )
  }

  /** Whether the server has made all of them; else it has made none. */
  async #isMade(connection: SqlConnection, puts: readonly Put[]): Promise<boolean> {
    try {
      // In one order, so that two programs that write the same keys don't wait for each other.
      await this.#parts.all(
        connection,
        puts.toSorted((a, b) => compareBytes(a.key, b.key)),
      )
      return true
    } catch (error) {
      const meaning = this.#parts.dialect.meaningOf(error)
      // Without an answer of the server nobody knows whether they were made.
      if (meaning === undefined || meaning[0] === 'CONNECTION') throw error
      return false
    }
  }
}

function bytesOf({ key, value }: Put): number {
  return key.length + value.length + ROW_REST
}
