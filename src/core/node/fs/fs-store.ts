import type { Stats } from 'node:fs'
import { type Capabilities, MINIMAL } from '../../capabilities.ts'
import type { Change, ListPage, Stat, StoreStats } from '../../datastore.ts'
import { Key } from '../../key.ts'
import { listOptionsOf, pageLimit } from '../../list-page.ts'
import type { Call, Maybe } from '../../open/call.ts'
import { Payload } from '../../open/payload.ts'
import type {
  BranchFolder,
  BranchMoved,
  BranchPlace,
  ByteStream,
  Found,
  Moved,
  Operation,
  Removed,
  SetAside,
  Store,
  StoreInfo,
  Written,
} from '../../open/store.ts'
import type { Gate } from '../../open/turns.ts'
import { planOf } from '../../query/plan.ts'
import type { Query, QueryPlan } from '../../query/query.ts'
import { BranchMoves } from './branch-moves.ts'
import { at, run, type Soon, type Steps, systemCode } from './disk.ts'
import { fsFailure } from './failures.ts'
import { joinPath } from './folder-guard.ts'
import { FolderGroup } from './folder-sync.ts'
import type { LayoutName } from './layout.ts'
import { pageOfLevel } from './levels.ts'
import type { OpenFolder } from './open-folder.ts'
import { countValues, pruneFolders, walkStore } from './store-walk.ts'
import { StoreWrites, ValueWriter } from './store-writes.ts'
import { StoreWatches } from './tree-watch.ts'
import { type OpenValue, statOf, streamValue } from './value-reader.ts'

const isPosix = process.platform !== 'win32'

/** A key of so many characters has no name that is too long for a file, regardless of the characters. */
const MAX_PLAIN = 85

/** Pages up to this many children include the sizes of their values, each of which requires a `stat` of its file. */
const MAX_SIZED = 500

/**
 * Bytes in files of a folder. A put is atomic for every process, even if this one is killed. Calls on one key take
 * effect in call order, also between stores of this process on the same folder.
 *
 * Small operations (up to 64 KiB, and all that concern only names) run on the calling thread: measured on a local disk,
 * a put of 1 KB takes some 60 µs and a get 20 µs that way, and several times as long through Node's thread pool. Each
 * turn of the event loop gets at most 4 ms of them, and a kind of call that recently took more than 200 µs uses the
 * pool for a while, as large values, long listings and flushes always do. With `inline: false` all of them use the
 * pool.
 */
export class FsStore implements Store {
  /** The real path of the folder. */
  readonly path: string
  readonly layout: LayoutName
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  /** Shared by all stores of this process on the same folder. */
  readonly gate: Gate
  /** With `durability: 'full'`: flushes each folder once, after the last operation. */
  readonly batch?: (operations: Operation[], call: Call) => Promise<void>
  readonly #folder: OpenFolder
  readonly #slots = new Slots()
  readonly #writes: StoreWrites
  readonly #watches: StoreWatches
  readonly #branches: BranchMoves
  /** Folders that a batch changed and could not flush. The next batch flushes them. */
  #unflushed: readonly (readonly string[])[] = []

  /** @param setAside As in `FsOptions`. */
  constructor(folder: OpenFolder, setAside?: string) {
    this.#folder = folder
    this.#branches = new BranchMoves(folder, setAside)
    this.#writes = new StoreWrites(folder, this.#slots)
    this.#watches = new StoreWatches(folder)
    this.path = folder.root
    this.layout = folder.files.layout.name
    this.info = folder.info
    this.capabilities = capabilitiesOf(folder)
    this.gate = folder.shared.gate
    if (folder.files.durability === 'full') this.batch = (operations, call) => this.#flushed(operations, call)
  }

  /**
   * Answers without a promise if the file is small, its folder needs no check, and the budget of this thread allows.
   */
  read(key: Key, call: Call): Maybe<Found | undefined> {
    try {
      const found = this.#slots.soon(() => run(this.#read(key, call)))
      return found instanceof Promise ? inOwnTerms('get', key, () => found) : found
    } catch (error) {
      throw fsFailure('get', key, error)
    }
  }

  *#read(key: Key, call: Call): Steps<Found | undefined> {
    const { reader, files, etagSource } = this.#folder
    const value = yield* this.#open(key)
    if (value === undefined) return undefined
    try {
      const bytes = yield* reader.readWhole(value, () => call.throwIfAborted('get', key))
      const { etag, mtime, btime } = statOf(etagSource, value.stats)
      return { bytes, shared: false, etag, mtime, btime }
    } finally {
      yield* at(files.disk.close(value.fd))
    }
  }

  stream(key: Key, call: Call): Promise<ByteStream | undefined> {
    return this.#readOnly('get', key, async () => {
      const value = await run(this.#open(key))
      return value && streamValue(this.#folder.files.disk, key, value, call)
    })
  }

  has(key: Key): Promise<boolean> {
    return this.#readOnly('look up', key, async () => (await this.#statsOf(key)) !== undefined)
  }

  stat(key: Key): Promise<Stat | undefined> {
    return this.#readOnly('stat', key, async () => {
      const stats = await this.#statsOf(key)
      return stats && statOf(this.#folder.etagSource, stats)
    })
  }

  write(key: Key, value: Payload, call: Call): Promise<Written> {
    return inOwnTerms('put', key, () => this.#writes.write(key, value, call))
  }

  remove(key: Key, call: Call): Promise<Removed> {
    return inOwnTerms('delete', key, () => this.#writes.remove(key, call))
  }

  move(from: Key, to: Key, call: Call): Promise<Moved> {
    return inOwnTerms('rename', from, () => this.#writes.move(from, to, call))
  }

  async #flushed(operations: Operation[], call: Call): Promise<void> {
    const group = new FolderGroup(this.#folder.files.folderSync, this.#unflushed)
    this.#unflushed = []
    const files = { ...this.#folder.files, folderSync: group }
    const writes = new StoreWrites({ ...this.#folder, files, writer: new ValueWriter(files) }, this.#slots)
    try {
      await apply(writes, operations, call)
    } finally {
      try {
        await inOwnTerms('commit a batch', undefined, () => group.flush())
      } finally {
        this.#unflushed = [...this.#unflushed, ...group.due]
      }
    }
  }

  list(prefix: Key, call: Call): Promise<ListPage> {
    const { levels, sizes } = this.#folder
    const options = listOptionsOf(call)
    return this.#readOnly('list', prefix, async () => {
      const page = pageOfLevel(await levels.read(prefix), prefix, options)
      if (pageLimit(options) > MAX_SIZED) return page
      return { ...page, children: await sizes.withSizes(page.children) }
    })
  }

  stats(call: Call): Promise<StoreStats> {
    const checkAbort = (): void => call.throwIfAborted('count')
    return inOwnTerms('count', undefined, () => countValues(this.#folder, checkAbort))
  }

  /** Flushes everything that was written through this store, not only keys below `prefix`. */
  sync(_prefix: Key, call: Call): Promise<void> {
    return inOwnTerms('sync', undefined, () =>
      this.#folder.files.syncLog.flush(async visit => {
        await walkStore(this.#folder, async (places, folder) => {
          call.throwIfAborted('sync')
          await visit(folder, places)
        })
      }),
    )
  }

  /**
   * Removes empty folders. A folder that holds anything stays, whether it is a key or not, and links are not followed.
   */
  prune(prefix: Key, call: Call): Promise<void> {
    return inOwnTerms('prune', prefix, () =>
      this.#slots.run(() => pruneFolders(this.#folder, prefix, () => call.throwIfAborted('prune', prefix))),
    )
  }

  moveBranch(from: BranchPlace, to: BranchPlace): Promise<BranchMoved> {
    const key = [from, to].find(place => place instanceof Key)
    return inOwnTerms('move the branch', key, () => this.#slots.run(() => this.#branches.move(from, to)))
  }

  discardBranch(place: SetAside): Promise<void> {
    return inOwnTerms('discard', undefined, () => this.#branches.discard(place))
  }

  branchFolder(place: BranchPlace): Promise<BranchFolder | undefined> {
    return inOwnTerms('find the folder of', undefined, () => this.#branches.folderOf(place))
  }

  explain(query: Query): QueryPlan {
    return planOf('fs', query, clause => !clause.endsWith('.value'))
  }

  /**
   * Changes made through this store, by others in this process and by other programs. A followed link is not a place of
   * its own: a change of its target is reported under the target's place.
   */
  watch(prefix: Key, { options, signal = new AbortController().signal }: Call): AsyncIterable<Change> {
    return this.#watches.read(prefix, options.recursive, signal)
  }

  /** The path of the file, which is the same for two stores of which one is inside the other. */
  identity(key: Key): Promise<string> {
    const { places, info } = this.#folder
    return this.#readOnly('rename', key, async () => {
      const place = await places.of(key)
      // A key that the layout cannot hold is in no file.
      if (place === undefined) return info.id + key.toString()
      return `fs:${await this.#realPathOf([...place.folder, place.name])}`
    })
  }

  /** None where links are followed: only reading them shows where they lead. */
  fileOf(key: Key): string | undefined {
    const { links, files, root } = this.#folder
    if (links !== undefined || key.isRoot) return undefined
    const text = key.toString()
    if (files.layout.name === 'plain' && text.length <= MAX_PLAIN && isPosix && !text.includes('\0'))
      return joinPath(root, text.slice(1))
    if (files.layout.problemOf(key) !== undefined) return undefined
    const { folder, name } = files.layout.placeOf(key)
    return joinPath(folder.reduce(joinPath, root), name)
  }

  /**
   * The real path of `names`, which need not exist: links above the name are resolved, and letter case is as on disk.
   */
  async #realPathOf(names: readonly string[]): Promise<string> {
    const { root, files } = this.#folder
    for (let depth = names.length - 1; depth > 0; depth--) {
      try {
        const folder = await files.disk.realpath(names.slice(0, depth).reduce(joinPath, root))
        return names.slice(depth).reduce(joinPath, folder)
      } catch (error) {
        if (systemCode(error) === undefined) throw error
      }
    }
    return names.reduce(joinPath, root)
  }

  async close(): Promise<void> {
    await this.#watches.close()
    await this.#folder.release()
  }

  /** Makes a call that changes nothing. */
  #readOnly<T>(action: string, key: Key, work: () => Promise<T>): Promise<T> {
    return inOwnTerms(action, key, () => this.#slots.run(work))
  }

  *#open(key: Key): Steps<OpenValue | undefined> {
    const place = yield* at(this.#folder.places.of(key))
    return place && (yield* this.#folder.reader.open(place))
  }

  async #statsOf(key: Key): Promise<Stats | undefined> {
    const place = await this.#folder.places.of(key)
    return place && this.#folder.reader.stat(place)
  }
}

/** Applies operations in order. Those that were applied are removed from the list. */
async function apply(writes: StoreWrites, operations: Operation[], call: Call): Promise<void> {
  let applied = 0
  try {
    for (const operation of operations) {
      call.throwIfAborted('commit a batch')
      await inOwnTerms(operation.type, operation.key, async () => {
        if (operation.type === 'delete') await writes.remove(operation.key, call.bare)
        else await writes.write(operation.key, Payload.kept(operation.bytes), call.bare)
      })
      applied++
    }
  } finally {
    operations.splice(0, applied)
  }
}

/** Starts immediately. A failure of the file system is thrown as one of the store. */
async function inOwnTerms<T>(action: string, key: Key | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fsFailure(action, key, error)
  }
}

function capabilitiesOf({ files, readOnly }: OpenFolder): Capabilities {
  const isDurable = files.durability === 'full'
  return {
    ...MINIMAL,
    writable: !readOnly,
    read: { range: true, stream: true, etag: 'version' },
    write: { ifAbsent: 'process', ifMatch: 'process', stream: true, ttl: false },
    remove: { ifMatch: 'process' },
    rename: 'atomic',
    list: 'level',
    batch: isDurable ? 'ordered' : 'none',
    // Names, sizes and times are known without reading values. Conditions on values read all of them.
    query: 'partial',
    watch: 'all',
    durable: isDurable,
    persistent: true,
    // Only in this layout a value and a branch of one key would have the same path.
    valueAndBranch: files.layout.name !== 'plain',
  }
}

/**
 * The maximum number of calls that have files open at a time, so that thousands of calls do not exhaust the descriptors
 * of the process.
 */
const AT_ONCE = 64

/** Lets a limited number of calls use files at a time. The others wait. */
export class Slots {
  #free = AT_ONCE
  readonly #waiting: (() => void)[] = []

  /** Starts immediately if a slot is free. `work` must not wait for another call. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#free--
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  /** The same for work that may answer without a promise, which is then returned without one. */
  soon<T>(work: () => Soon<T>): Soon<T> {
    if (this.#free === 0) return this.run(async () => work())
    this.#free--
    let answer: Soon<T> | undefined
    try {
      answer = work()
      return answer instanceof Promise ? answer.finally(() => this.#leave()) : answer
    } finally {
      if (!(answer instanceof Promise)) this.#leave()
    }
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
