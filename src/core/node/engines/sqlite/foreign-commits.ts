import type { OthersChange } from '../../../ordered/driver.ts'
import { isBusy, sqliteFailure } from './failures.ts'

/** Milliseconds between two checks of the version. */
const LOOK = 200

/** Detects commits of other connections, in this process or another, by the version that SQLite counts for them. */
export class ForeignCommits {
  readonly #readVersion: () => unknown
  readonly #listeners = new Set<(change: OthersChange) => void>()
  #timer: ReturnType<typeof setInterval> | undefined
  /** The version at the last look. */
  #seen: unknown
  /** The version at the last call of `hasNew`. */
  #asked: unknown

  constructor(readVersion: () => unknown) {
    this.#readVersion = readVersion
  }

  /** Calls `listener` after commits of others. @returns A function that ends this. */
  follow(listener: (change: OthersChange) => void): () => void {
    this.#seen ??= this.#version()
    this.#listeners.add(listener)
    this.#timer ??= setInterval(() => this.#check(), LOOK).unref()
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.close()
    }
  }

  /** Whether others committed since the last call. */
  hasNew(): boolean {
    const version = this.#version()
    const isNew = version !== this.#asked
    this.#asked = version
    return isNew
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #check(): void {
    const version = this.#version()
    if (version === this.#seen) return
    this.#seen = version
    for (const listener of this.#listeners) listener('resync')
  }

  #version(): unknown {
    try {
      return this.#readVersion()
    } catch (error) {
      if (isBusy(error)) return this.#seen
      throw sqliteFailure('watch', error)
    }
  }
}
