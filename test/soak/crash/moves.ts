import type { Operation } from '../model/operation.ts'

/** A value that a rename moved, or was about to. */
export interface Move {
  readonly serial: number
  readonly keys: readonly [string, string]
}

/** Follows renames of values that are there to stay: until either name is written again, the value has one of them. */
export class Moves {
  #moves: readonly Move[] = []
  readonly #nameOf: (key: string) => string

  /** @param nameOf What the store calls a key. */
  constructor(nameOf: (key: string) => string) {
    this.#nameOf = nameOf
  }

  get all(): readonly Move[] {
    return this.#moves
  }

  /** @param serial What the key of a rename held, if that was there to stay. */
  note(operation: Operation, serial: number | undefined): void {
    const written = keysOf(operation).map(this.#nameOf)
    this.#moves = this.#moves.filter(({ keys }) => keys.every(key => !written.includes(key)))
    if (operation.verb !== 'rename' || serial === undefined || serial === 0) return
    this.#moves = [
      ...this.#moves,
      { serial, keys: [this.#nameOf(operation.key), this.#nameOf(operation.to)] },
    ]
  }
}

/** The keys that an operation is about. */
export function keysOf(operation: Operation): readonly string[] {
  if ('steps' in operation) return operation.steps.map(({ key }) => key)
  if ('keys' in operation) return operation.keys
  if (operation.verb === 'rename') return [operation.key, operation.to]
  return 'key' in operation ? [operation.key] : []
}
