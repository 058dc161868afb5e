import type { IDuplexStream, IWatchRequest, IWatchResponse } from 'etcd3'
import { endOfKeys } from '../../../ordered/byte-prefix.ts'
import type { OthersChange } from '../../../ordered/driver.ts'
import { Backoff } from '../../connect/backoff.ts'
import { OwnWrites } from '../own-writes.ts'
import type { EtcdConnection } from './etcd-connection.ts'
import type { EtcdRows } from './etcd-rows.ts'
import { firstKey } from './etcd-writes.ts'

type Listener = (change: OthersChange) => void
type Stream = IDuplexStream<IWatchRequest, IWatchResponse>

/**
 * Changes by others, from the revision at which following began. A lost stream resumes at the revision after the last one
 * that was reported. If that was discarded by compaction, `resync` is reported instead.
 */
export class EtcdChanges {
  readonly #connection: EtcdConnection
  readonly #rows: EtcdRows
  readonly #listeners = new Set<Listener>()
  readonly #own = new OwnWrites<number>()
  /** The revision to resume from. */
  #next = 0
  #stream: Stream | undefined
  #isRunning = false
  readonly #backoff = new Backoff()

  constructor(connection: EtcdConnection, rows: EtcdRows) {
    this.#connection = connection
    this.#rows = rows
  }

  follow(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (!this.#isRunning) {
      this.#isRunning = true
      this.#next = this.#connection.revision + 1
      void this.#run()
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.close()
    }
  }

  /** Notes a write of this store, so that its change is not reported as one by others. */
  own<T>(write: Promise<T>, revisionOf: (written: T) => number): Promise<T> {
    return this.#isRunning ? this.#own.note(write, revisionOf) : write
  }

  close(): void {
    this.#isRunning = false
    this.#own.clear()
    this.#backoff.end()
    this.#stream?.cancel()
  }

  async #run(): Promise<void> {
    while (this.#isRunning && !this.#connection.isClosed) {
      const before = this.#next
      try {
        await this.#follow()
      } catch {
        // The stream is opened again.
      }
      if (this.#next > before) this.#backoff.reset()
      await this.#backoff.pause()
    }
  }

  /** Follows until the stream ends. */
  async #follow(): Promise<void> {
    const stream = await this.#connection.client.watchClient.watch()
    this.#stream = stream
    const { prefix } = this.#rows
    await new Promise<void>((done, failed) => {
      stream.on('error', failed)
      stream.on('end', done)
      stream.on('data', response => {
        if (this.#take(response)) return
        stream.cancel()
        done()
      })
      if (!this.#isRunning) {
        stream.cancel()
        done()
        return
      }
      stream.write({
        create_request: {
          key: firstKey(prefix),
          range_end: Buffer.from(endOfKeys(prefix)),
          start_revision: this.#next,
          progress_notify: true,
        },
      })
    })
  }

  /** @returns False if the server has ended the watch. */
  #take({ created, canceled, compact_revision, header, events }: IWatchResponse): boolean {
    if (canceled) {
      if (compact_revision !== '0') {
        this.#next = Math.max(Number(compact_revision), Number(header.revision)) + 1
        this.#emit('resync')
      }
      return false
    }
    for (const { type, kv } of events) {
      const revision = Number(kv.mod_revision)
      this.#next = revision + 1
      this.#emit({ key: this.#rows.nameOf(kv.key), isThere: type === 'Put' }, revision)
    }
    // A notification of progress.
    if (events.length === 0 && !created) this.#next = Math.max(this.#next, Number(header.revision) + 1)
    return true
  }

  #emit(change: OthersChange, revision?: number): void {
    this.#own.inOrder(() => {
      for (const listener of this.#listeners) listener(change)
    }, revision)
  }
}
