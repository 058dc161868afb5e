import { ownCopy } from '../../bytes.ts'
import {
  assertJournalBytes,
  DEFAULT_JOURNAL_BYTES,
  type JournalLog,
  type JournalReadOptions,
  type JournalRecord,
} from './journal-log.ts'

/** The limit of a log in memory. */
export interface MemoryJournalOptions {
  /** The maximum number of bytes of records. The oldest records are dropped first. Default: 64 MiB. */
  readonly maxBytes?: number | undefined
}

/** A log in the memory of this process. After `close`, another journal can be opened on it. */
class MemoryJournal implements JournalLog {
  readonly maxBytes: number
  #records: JournalRecord[] = []
  /** The index of the oldest record that is kept. Dropped records before it are removed from the array now and then. */
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
    this.#dropOldest()
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
    // Nothing in memory survives a power failure.
  }

  async close(): Promise<void> {
    // The records stay for the next journal on this log.
  }

  #dropOldest(): void {
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
 * Creates the log of a journal in memory, for undo while the program runs.
 * @throws DatastoreError `CONFIG_INVALID` for `maxBytes` that is not a whole number from 1024 up.
 */
export function memoryJournal({ maxBytes = DEFAULT_JOURNAL_BYTES }: MemoryJournalOptions = {}): JournalLog {
  assertJournalBytes(maxBytes)
  return new MemoryJournal(maxBytes)
}
