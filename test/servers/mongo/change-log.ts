import { type Document, Timestamp } from 'mongodb'

/** A change as a replica set stores it. Change streams show it without the document itself. */
export interface Logged {
  readonly at: number
  readonly namespace: string
  readonly time: number
  readonly event: Document
}

/** The number of changes that are kept for streams. */
const MOST = 20_000

export const timestampOf = (time: number) => new Timestamp({ t: 1, i: time })

/** The changes of a replica set, in order. The oldest are discarded. */
export class ChangeLog {
  #kept: Logged[] = []
  #next = 1
  /** The time of the last change that was discarded. */
  #forgotten = 0
  #waiting: (() => void)[] = []

  add(namespace: string, time: number, event: Document): void {
    this.#kept.push({ at: this.#next++, namespace, time, event })
    if (this.#kept.length > MOST) this.#discard(MOST / 2)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Discards every change so far, as a server does that has no room for more. */
  forget(): void {
    this.#discard(this.#kept.length)
    this.#next++
  }

  #discard(count: number): void {
    this.#forgotten = this.#kept[count - 1]?.time ?? this.#forgotten
    this.#kept = this.#kept.slice(count)
  }

  /** The number of the first change at or after a time, which may be discarded. */
  firstAt(time: number): number {
    const found = this.#kept.find(logged => logged.time >= time)
    if (found === undefined) return time <= this.#forgotten ? 0 : this.#next
    return found === this.#kept[0] && time <= this.#forgotten ? 0 : found.at
  }

  /** The number of the next change. */
  get next(): number {
    return this.#next
  }

  /** The changes from a number on; `undefined` if some of them were discarded. */
  from(at: number): readonly Logged[] | undefined {
    const first = this.#kept[0]?.at ?? this.#next
    return at < first ? undefined : this.#kept.slice(at - first)
  }

  /** Waits for another change. */
  async changed(milliseconds: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
