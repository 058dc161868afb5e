import type { Maybe } from '../../../open/call.ts'
import type { Argument, Reply } from './connection.ts'
import type { RedisServer } from './server.ts'
import { TurnGroup } from './turn-group.ts'

/** What reads of texts are made of. */
export interface TextsParts<Place, Answer> {
  readonly server: RedisServer
  /** All names are on one master. */
  readonly areTogether: boolean
  readonly nameOf: (place: Place) => Argument
  /** What a text is read as. */
  readonly found: (place: Place, text: Buffer) => Answer
  /** What is read where the server refuses, as it does with `WRONGTYPE` where there is no text. */
  readonly failed: (place: Place, error: unknown) => Promise<Answer | undefined>
}

/** What a value is taken for at least: the reads before may have found nothing. */
const LEAST_BYTES = 1024

/** Reads texts by their names. What is asked for in one turn of the event loop is one command. */
export class Texts<Place, Answer> {
  readonly #parts: TextsParts<Place, Answer>
  readonly #reads: TurnGroup<Place, Answer | undefined>
  /** Bytes of a value, about, as the last ones were. Until one is seen, few are read at once. */
  #bytes = 64 * 1024

  constructor(parts: TextsParts<Place, Answer>) {
    this.#parts = parts
    this.#reads = new TurnGroup<Place, Answer | undefined>({
      one: place => this.#one(place),
      many: places => this.#many(places),
      bytesOf: () => this.#bytes,
    })
  }

  /** @returns `undefined` where there is no such name. */
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
      // What is no text is given as nothing.
      return value === null && !areAbsent ? this.#one(place) : this.#answer(place, value)
    })
  }

  #answer(place: Place, value: Reply): Answer | undefined {
    return Buffer.isBuffer(value) ? this.#parts.found(place, value) : undefined
  }

  #noteSize(values: readonly Reply[]): void {
    let sum = 0
    for (const value of values) sum += Buffer.isBuffer(value) ? value.length : 0
    this.#bytes = Math.max(LEAST_BYTES, this.#bytes / 2, sum / values.length)
  }
}
