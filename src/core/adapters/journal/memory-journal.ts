import { ownCopy } from '../../bytes.ts'
import {
  assertJournalBytes,
  DEFAULT_JOURNAL_BYTES,
  type JournalLog,
  type JournalReadOptions,
  type JournalRecord,
} from './journal-log.ts'

/** How much a log in memory keeps. */
export interface MemoryJournalOptions {
  /** The most bytes of records that are kept; the oldest go. Default 64 MiB. */
  readonly maxBytes?: number | undefined
}

/** A log in the memory of this process. What was closed can be used again, by the next journal. */
class MemoryJournal implements JournalLog {
  readonly maxBytes: number
  #records: JournalRecord[] = []
  /** Records before this one were given up; now and then they are let go of. */
  #first = 0
  #bytes = 0
  #next = 1

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get oldest(): number {
    return this.#records[this.#first]?.number ?? this.#next
  }

  async append(bytes: Uint8Array): Promise<number> {
    const number = this.#next++
    this.#records.push({ number, bytes: ownCopy(bytes) })
    this.#bytes += bytes.length
    this.#giveUpOldest()
    return number
  }

  async *read({ from, reverse = false }: JournalReadOptions = {}): AsyncIterable<JournalRecord> {
    const kept = this.#records.slice(this.#first)
    if (reverse) kept.reverse()
    for (const { number, bytes } of kept) {
      if (from !== undefined && (reverse ? number > from : number < from)) continue
      yield { number, bytes: ownCopy(bytes) }
    }
  }

  async sync(): Promise<void> {
    // There is nothing that a power cut would leave.
  }

  async close(): Promise<void> {
    // Its records are there for whoever opens a journal on it next.
  }

  #giveUpOldest(): void {
    while (this.#bytes > this.maxBytes && this.#first < this.#records.length - 1) {
      this.#bytes -= this.#records[this.#first]?.bytes.length ?? 0
      this.#first++
    }
    if (this.#first * 2 < this.#records.length) return
    this.#records = this.#records.slice(this.#first)
    this.#first = 0
  }
}

/**
 * A log of a journal in memory: for undo while a program runs.
 * @throws DatastoreError `CONFIG_INVALID` for `maxBytes` that is not a whole number from 1024 up.
 */
export function memoryJournal({ maxBytes = DEFAULT_JOURNAL_BYTES }: MemoryJournalOptions = {}): JournalLog {
  assertJournalBytes(maxBytes)
  return new MemoryJournal(maxBytes)
}
