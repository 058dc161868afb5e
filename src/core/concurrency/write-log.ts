import type { Key } from '../key.ts'

const REMEMBERED = 1024

/**
 * Tells a reader whether a key was written since it began, so that it does not put back what was replaced.
 * Remembers the latest keys only; of a reader from before that it says "yes", which is safe.
 */
export class WriteLog {
  readonly #writes = new Map<string, number>()
  #serial = 0
  #floor = 0

  /** What `wasWrittenSince` compares with. */
  now(): number {
    return this.#serial
  }

  note(key: Key): void {
    this.#serial++
    this.#writes.set(key.toString(), this.#serial)
    if (this.#writes.size <= REMEMBERED) return
    this.#writes.clear()
    this.#floor = this.#serial
  }

  wasWrittenSince(key: Key, moment: number): boolean {
    return moment < this.#floor || (this.#writes.get(key.toString()) ?? 0) > moment
  }
}
