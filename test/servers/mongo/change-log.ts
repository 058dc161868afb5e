import { type Document, Timestamp } from 'mongodb'

/** A change as a replica set keeps it. Streams of changes show it without the document itself. */
export interface Logged {
  readonly at: number
  readonly namespace: string
  readonly time: number
  readonly event: Document
}

/** Changes that are kept for streams. */
const MOST = 20_000

export const timestampOf = (time: number) => new Timestamp({ t: 1, i: time })

/** The changes of a replica set, in order. The oldest are discarded. */
export class ChangeLog {
  #kept: Logged[] = []
  #next = 1
  #waiting: (() => void)[] = []

  add(namespace: string, time: number, event: Document): void {
    this.#kept.push({ at: this.#next++, namespace, time, event })
    if (this.#kept.length > MOST) this.#kept = this.#kept.slice(MOST / 2)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Discards every change so far, as a server does that has no room for more. */
  forget(): void {
    this.#kept = []
    this.#next++
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
