import type { Operation } from '../model/operation.ts'

/** A value that a rename moved, or was about to move. */
export interface Move {
  readonly serial: number
  readonly keys: readonly [string, string]
}

/**
 * Follows renames of permanent values: until one of both names is written again, one of them has the value.
 */
export class Moves {
  #moves: readonly Move[] = []
  readonly #nameOf: (key: string) => string

  /** @param nameOf The name of a key in the store. */
  constructor(nameOf: (key: string) => string) {
    this.#nameOf = nameOf
  }

  get all(): readonly Move[] {
    return this.#moves
  }

  /** @param serial The value of the key of a rename, if that was permanent. */
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

/** The keys of an operation. */
export function keysOf(operation: Operation): readonly string[] {
  if ('steps' in operation) return operation.steps.map(({ key }) => key)
  if ('keys' in operation) return operation.keys
  if (operation.verb === 'rename') return [operation.key, operation.to]
  return 'key' in operation ? [operation.key] : []
}
