import type {
  ChangeStream,
  ChangeStreamOptions,
  ClientSession,
  Collection,
  Document,
  ResumeToken,
  Timestamp,
} from 'mongodb'
import type { OthersChange } from '../../../ordered/driver.ts'
import { Backoff } from '../../connect/backoff.ts'
import { OwnWrites } from '../own-writes.ts'
import { codeOf, hasLabel } from './failures.ts'
import type { MongoAccess } from './mongo-access.ts'
import { LOCK } from './mongo-batches.ts'
import type { Within } from './mongo-writes.ts'

type Listener = (change: OthersChange) => void

/** What is asked of each change: the documents themselves are not needed. */
const SHOWN = [{ $project: { operationType: 1, documentKey: 1, clusterTime: 1, updateDescription: 1 } }]
/** Milliseconds for which the server waits for a change. */
const WAIT = 1000
/** The server no longer has the changes from which a stream would resume. */
const HISTORY_LOST = [260, 280, 286]

interface Event extends Document {
  readonly _id: ResumeToken
  readonly operationType: string
  readonly documentKey?: { readonly _id: unknown }
  readonly clusterTime: Timestamp
  readonly updateDescription?: {
    readonly updatedFields?: object
    readonly removedFields?: readonly string[]
  }
}

/**
 * Changes of a collection by others, from its stream of changes, which begins after the latest time of the server that is
 * known when following begins. A lost stream resumes after the last change that was reported. If the server has discarded what
 * follows, or the collection was dropped, `resync` is reported.
 */
export class MongoChanges {
  readonly #access: MongoAccess
  readonly #collection: Collection
  readonly #keyOf: (id: unknown) => Uint8Array | undefined
  readonly #listeners = new Set<Listener>()
  readonly #own = new OwnWrites<bigint>()
  readonly #backoff = new Backoff()
  /** The latest time of the server that an answer has named. */
  #known: bigint
  /** Where the stream begins or resumes. */
  #from: Pick<ChangeStreamOptions, 'startAtOperationTime' | 'startAfter'> = {}
  #stream: ChangeStream<Document, never> | undefined
  #isRunning = false

  /** @param time Of the server, when it was opened. @param keyOf `undefined` for an id that is none of a key. */
  constructor(
    access: MongoAccess,
    collection: Collection,
    time: Timestamp | undefined,
    keyOf: (id: unknown) => Uint8Array | undefined,
  ) {
    this.#access = access
    this.#collection = collection
    this.#known = time?.toBigInt() ?? 0n
    this.#keyOf = keyOf
    access.client.on('serverHeartbeatSucceeded', ({ reply }) => {
      this.#noteTime((reply as { readonly operationTime?: Timestamp }).operationTime)
    })
  }

  #noteTime(time: Timestamp | undefined): bigint | undefined {
    const at = time?.toBigInt()
    if (at !== undefined && at > this.#known) this.#known = at
    return at
  }

  readonly follow = (listener: Listener): (() => void) => {
    this.#listeners.add(listener)
    if (!this.#isRunning) {
      this.#isRunning = true
      const { Timestamp } = this.#access.package
      this.#from = { startAtOperationTime: new Timestamp(this.#known + 1n) }
      void this.#run()
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) void this.close()
    }
  }

  /** Makes a write in a session that has the time of the write, so that its change is not reported as one by others. */
  async own<T>(
    ids: readonly string[],
    write: (within: Within) => Promise<T>,
    isDone: (written: T) => boolean,
  ): Promise<T> {
    const session = this.#access.client.startSession()
    try {
      return await this.#noted(ids, write({ session }), written =>
        isDone(written) ? session.operationTime : undefined,
      )
    } finally {
      await session.endSession()
    }
  }

  /** Notes a transaction, which has a session of its own. */
  ownCommit(
    ids: readonly string[],
    commit: (committed: (session: ClientSession) => void) => Promise<boolean>,
  ): Promise<boolean> {
    let at: Timestamp | undefined
    const made = commit(session => {
      at = session.operationTime
    })
    return this.#noted(ids, made, () => at)
  }

  /** What is written before following begins is before the stream too. */
  #noted<T>(
    ids: readonly string[],
    write: Promise<T>,
    timeOf: (written: T) => Timestamp | undefined,
  ): Promise<T> {
    const madeAt = (written: T) => {
      const at = this.#noteTime(timeOf(written))
      return this.#isRunning ? at : undefined
    }
    return this.#own.note(write, madeAt, ids)
  }

  async close(): Promise<void> {
    this.#isRunning = false
    this.#backoff.end()
    await this.#stream?.close().catch(() => undefined)
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      try {
        await this.#follow()
      } catch (error) {
        const isLost =
          hasLabel(error, 'NonResumableChangeStreamError') || HISTORY_LOST.includes(codeOf(error) ?? 0)
        if (isLost) this.#restart()
      }
      await this.#backoff.pause()
    }
  }

  /** Changes were missed. */
  #restart(): void {
    this.#from = {}
    this.#emit('resync')
  }

  /** Follows until the stream ends. */
  async #follow(): Promise<void> {
    const stream = this.#collection.watch<Document, never>(SHOWN, {
      maxAwaitTimeMS: Math.min(WAIT, this.#access.timeout / 2),
      ...this.#from,
    })
    this.#stream = stream
    try {
      while (this.#isRunning) {
        const event = (await stream.tryNext()) as Event | null
        this.#backoff.reset()
        const startAfter = event?._id ?? stream.resumeToken
        if (startAfter !== undefined && startAfter !== null) this.#from = { startAfter }
        if (event === null) continue
        if (event.operationType === 'invalidate') {
          this.#emit('resync')
          return
        }
        this.#take(event)
      }
    } finally {
      await stream.close().catch(() => undefined)
    }
  }

  #take(event: Event): void {
    const id = event.documentKey?._id
    const key = id === undefined || isLock(event) ? undefined : this.#keyOf(id)
    if (key === undefined) return
    const change = { key, isThere: event.operationType !== 'delete' }
    this.#emit(change, event.clusterTime.toBigInt(), String(id))
  }

  #emit(change: OthersChange, at?: bigint, id?: string): void {
    this.#own.inOrder(
      () => {
        for (const listener of this.#listeners) listener(change)
      },
      at,
      id,
    )
  }
}

/** Whether a change is only that of a transaction that has read a document. */
function isLock({ updateDescription: { updatedFields = {}, removedFields = [] } = {} }: Event): boolean {
  const fields = [...Object.keys(updatedFields), ...removedFields]
  return fields.length > 0 && fields.every(field => field === LOCK)
}
