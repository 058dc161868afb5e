interface Level {
  /** Rows held in memory. */
  readonly size: number
}

/** The maximum number of rows that all levels together hold in memory. */
const MAX_ROWS = 5_000_000

/** Bounds the rows held by all levels. The least recently used levels are evicted first. */
export class LevelCache {
  readonly #maxRows: number
  /** In order of last use. */
  readonly #forgetters = new Map<Level, () => void>()
  #version = 0

  constructor(maxRows = MAX_ROWS) {
    this.#maxRows = maxRows
  }

  nextVersion(): number {
    return ++this.#version
  }

  /** @param forget Called when the level is evicted. */
  add(level: Level, forget: () => void): void {
    this.#forgetters.set(level, forget)
  }

  use(level: Level): void {
    const forget = this.#forgetters.get(level)
    if (forget === undefined) return
    this.#forgetters.delete(level)
    this.#forgetters.set(level, forget)
  }

  remove(level: Level): void {
    this.#forgetters.delete(level)
  }

  /** Evicts levels until the rest fits. The most recently used level always stays. */
  shrink(): void {
    let rows = 0
    for (const level of this.#forgetters.keys()) rows += level.size
    for (const [level, forget] of this.#forgetters) {
      if (rows <= this.#maxRows || this.#forgetters.size === 1) return
      rows -= level.size
      this.#forgetters.delete(level)
      forget()
    }
  }
}
