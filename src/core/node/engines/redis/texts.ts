import type { Maybe } from '../../../open/call.ts'
import { TurnGroup } from '../turn-group.ts'
import type { Argument, Reply } from './server/connection.ts'
import { failureOfCall } from './server/failures.ts'
import type { RedisServer } from './server/server.ts'

/** The parameters of reading strings. */
export interface TextsParts<Place, Answer> {
  readonly server: RedisServer
  /** Whether all names are on one master. */
  readonly areTogether: boolean
  readonly nameOf: (place: Place) => Argument
  /** Converts a string to an answer. */
  readonly found: (place: Place, text: Buffer) => Answer
  /** Reads in another way after the server refused, as it does with `WRONGTYPE` for other types. */
  readonly failed: (place: Place, error: unknown) => Promise<Answer | undefined>
}

/** The minimum size assumed for a value, because earlier reads may have found nothing. */
const MIN_BYTES = 1024

/** Reads strings by their names. Reads of one turn of the event loop are one command. */
export class Texts<Place, Answer> {
  readonly #parts: TextsParts<Place, Answer>
  readonly #reads: TurnGroup<Place, Answer | undefined>
  /** The approximate size of a value, as of the last reads. Large at first, so that few are read at once. */
  #bytes = 64 * 1024

  constructor(parts: TextsParts<Place, Answer>) {
    this.#parts = parts
    this.#reads = new TurnGroup<Place, Answer | undefined>({
      one: place => this.#one(place),
      many: places => this.#many(places),
      bytesOf: () => this.#bytes,
      failureOf: failureOfCall,
    })
  }

  /** @returns `undefined` if the name does not exist. */
  read(place: Place): Promise<Answer | undefined> {
    return this.#parts.areTogether ? this.#reads.push(place) : this.#one(place)
  }

  #one(place: Place): Promise<Answer | undefined> {
    const { server, nameOf, failed } = this.#parts
    const name = nameOf(place)
    return server.send(name, ['GET', name]).then(
      value => {
        this.#noteSize([value])
        return this.#answer(place, value)
      },
      (error: unknown) => failed(place, error),
    )
  }

  async #many(places: readonly Place[]): Promise<readonly Maybe<Answer | undefined>[]> {
    const { server, nameOf } = this.#parts
    const names = places.map(nameOf)
    const values = (await server.send(names[0] as Argument, ['MGET', ...names])) as Reply[]
    this.#noteSize(values)
    const missing = names.filter((_, index) => values[index] === null)
    const areAbsent =
      missing.length === 0 || (await server.send(missing[0] as Argument, ['EXISTS', ...missing])) === 0
    return places.map((place, index) => {
      const value = values[index] as Reply
      // MGET answers nothing for a value that is not a string.
      return value === null && !areAbsent ? this.#one(place) : this.#answer(place, value)
    })
  }

  #answer(place: Place, value: Reply): Answer | undefined {
    return Buffer.isBuffer(value) ? this.#parts.found(place, value) : undefined
  }

  #noteSize(values: readonly Reply[]): void {
    let sum = 0
    for (const value of values) sum += Buffer.isBuffer(value) ? value.length : 0
    this.#bytes = Math.max(MIN_BYTES, this.#bytes / 2, sum / values.length)
  }
}
