import { setMaxListeners } from 'node:events'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { DatastoreError } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import { LockableDatastore } from '../../../core/layers/lock.ts'
import type { StackDocument } from '../../../core/stack/document.ts'
import type { SessionInfo, Source } from '../../../shared/procedures/sessions.ts'
import type { Broadcast } from '../host-parts.ts'
import type { LevelCache } from '../levels/level-cache.ts'
import { SessionLevels } from '../levels/session-levels.ts'
import { ChangeFeed } from './change-feed.ts'
import { ObservedDatastore, type StoreChange } from './observed.ts'
import type { OpenedStack } from './opened-stack.ts'
import { assertCarriable } from './plain-json.ts'
import { type ReplaceOptions, replaceStack } from './replace-stack.ts'
import { SwappableDatastore } from './swappable.ts'

export interface SessionOptions {
  readonly id: string
  readonly source: Source
  /** What makes another opening of the same source this session; absent when nothing does. */
  readonly identity: string | undefined
  readonly stack: OpenedStack
  readonly isReadOnly: boolean
  readonly levelCache: LevelCache
  readonly broadcast: Broadcast
}

/** One open stack and everything that is done with it. Its lock is a store, so that nothing gets round it. */
export class Session {
  readonly id: string
  readonly levels: SessionLevels
  readonly #swappable: SwappableDatastore
  readonly #lock: LockableDatastore
  readonly #closing = new AbortController()
  readonly #feed: ChangeFeed
  #source: Source
  #identity: string | undefined
  #stack: OpenedStack
  #turn: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined

  constructor(options: SessionOptions) {
    this.id = options.id
    // Every stream and upload listens, and there may be many.
    setMaxListeners(0, this.closing)
    this.#source = options.source
    this.#identity = options.identity
    this.#stack = options.stack
    this.#swappable = new SwappableDatastore(options.stack.store)
    const observed = new ObservedDatastore(this.#swappable, change => this.#note(change))
    this.#lock = new LockableDatastore(observed, options.isReadOnly)
    this.#feed = new ChangeFeed(this.id, options.broadcast)
    this.levels = new SessionLevels(this, options.levelCache, options.broadcast)
  }

  /** The store that every call goes to. */
  get store(): BinaryDatastore {
    return this.#lock
  }

  /** Fires when the session begins to close. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  get source(): Source {
    return this.#source
  }

  get identity(): string | undefined {
    return this.#identity
  }

  get isReadOnly(): boolean {
    return this.#lock.isLocked
  }

  set isReadOnly(isReadOnly: boolean) {
    this.#lock.isLocked = isReadOnly
  }

  get info(): SessionInfo {
    return this.infoOf(this.#stack, this.#source)
  }

  /** What pages would be told if this stack served the session. */
  infoOf({ name, document, nodes, store }: OpenedStack, source: Source): SessionInfo {
    return {
      id: this.id,
      name,
      source,
      isReadOnly: this.isReadOnly,
      isWritable: store.capabilities.writable,
      document: { ...document },
      nodes: nodes.map(({ id, kind, label, path, depth }) => ({ id, kind, label, path, depth })),
    }
  }

  /** Runs changes of the session itself one after another. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /**
   * Opens `document` in place of the stack; see `replaceStack`.
   * @param source Where the stack comes from once the document runs in it.
   */
  async apply(
    document: unknown,
    options: Omit<ReplaceOptions, 'accept'>,
    source: (document: StackDocument) => Source,
  ): Promise<void> {
    await this.#swappable.exchange(async (_, serve) => {
      if (this.closing.aborted) throw closedMeanwhile()
      const accept = (stack: OpenedStack) => assertCarriable(this.infoOf(stack, source(stack.document)))
      await replaceStack(this.#stack, document, { ...options, accept }, stack => {
        this.#stack = stack
        serve(stack.store)
        // Also when the old stack was opened again, or could not be.
        this.levels.refresh(Key.root, true)
        this.#feed.noteBranch(Key.root)
      })
      this.#source = source(this.#stack.document)
      // A file stays the same file while its stack is edited; a folder or the sample is one stack and no other.
      if (this.#identity?.startsWith('stackFile:') === false) this.#identity = undefined
    })
  }

  /** Ends streams, uploads and listings, waits for the calls in flight, and closes the stack. */
  close(): Promise<void> {
    this.#closing.abort()
    this.#feed.stop()
    this.#closed ??= this.#lock.close()
    return this.#closed
  }

  #note(change: StoreChange): void {
    this.#feed.note(change)
    this.levels.noteChange(change)
  }
}

function closedMeanwhile(): DatastoreError {
  return new DatastoreError('CLOSED', 'Cannot apply the stack: the session was closed meanwhile')
}
