import { type Capabilities, MINIMAL } from '../../../capabilities.ts'
import { ChangeHub } from '../../../changes/change-hub.ts'
import { stoppable } from '../../../changes/stoppable.ts'
import type { Change, ListPage, Stat, StoreStats, ValueVersion } from '../../../datastore.ts'
import { DatastoreError, failure } from '../../../errors.ts'
import { fnv1a64 } from '../../../hash/fnv1a64.ts'
import type { Key } from '../../../key.ts'
import { listOptionsOf } from '../../../list-page.ts'
import type { Call, Maybe } from '../../../open/call.ts'
import { etagSourceOf } from '../../../open/identity.ts'
import type { Payload } from '../../../open/payload.ts'
import { checkConditions } from '../../../open/refusals.ts'
import type {
  Found,
  Moved,
  Operation,
  Removed,
  Store,
  StoreInfo,
  StoreTransaction,
  Written,
} from '../../../open/store.ts'
import type { Gate } from '../../../open/turns.ts'
import type { Head } from './branch-head.ts'
import type { Made } from './branch-writer.ts'
import type { DraftTree } from './draft.ts'
import { gitFailure } from './git-process.ts'
import { GitTransaction } from './git-transaction.ts'
import { versionAt, versionsIn } from './history.ts'
import { nameProblem, namesOf } from './names.ts'
import type { ObjectWriter } from './object-writer.ts'
import { FILE, FOLDER, isFile, type Signature, type TreeEntry } from './objects.ts'
import { fileIn, keptNames, refuseObstacle, refuseOthers } from './obstacles.ts'
import type { OpenBranch } from './open-branch.ts'
import { pageOfTree } from './tree-page.ts'

/** A branch of a git repository, or with `writer` absent one of its commits. */
export class GitStore implements Store {
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly gate: Gate
  readonly #branch: OpenBranch
  readonly #source: string
  readonly #changes = new ChangeHub()

  constructor(branch: OpenBranch, isReadOnly: boolean) {
    this.#branch = branch
    this.gate = branch.gate
    this.info = { kind: 'git', id: branch.id }
    this.#source = etagSourceOf(branch.id)
    this.capabilities = {
      ...MINIMAL,
      writable: !isReadOnly,
      write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: false, ttl: false },
      remove: { ifMatch: 'everyone' },
      rename: 'atomic',
      batch: 'atomic',
      transaction: 'serializable',
      list: 'level',
      watch: 'all',
      durable: branch.isDurable,
      persistent: true,
      history: true,
      valueAndBranch: false,
    }
    branch.head.hubs.add(this.#changes)
  }

  read(key: Key): Maybe<Found | undefined> {
    const names = namesOf(key)
    if (names === undefined) return undefined
    const head = this.#branch.head.current
    const known = head instanceof Promise ? null : this.#branch.trees.findKnown(head.tree, names)
    if (known === null) return this.#withFailureKey('get', key, () => this.#read(key, names))
    if (known === undefined || known.mode === FOLDER) return undefined
    return this.#withFailureKey('get', key, () => this.#value(key, names, known))
  }

  async #read(key: Key, names: readonly string[]): Promise<Found | undefined> {
    const entry = await this.#entry(names)
    return entry && this.#value(key, names, entry)
  }

  /** @throws DatastoreError `UNSUPPORTED` for a link or a submodule. */
  async #value(key: Key, names: readonly string[], entry: TreeEntry): Promise<Found> {
    refuseOthers('get', key, entry)
    const { etag, mtime } = this.#versionOf(names, entry)
    const found = await this.#branch.repository.read(entry.oid)
    if (found === undefined) throw missing('get', key, entry.oid)
    return { bytes: found.bytes, shared: false, etag, mtime }
  }

  /** The file, link or submodule at a path. */
  async #entry(names: readonly string[]): Promise<TreeEntry | undefined> {
    const { tree } = await this.#branch.head.current
    const entry = await this.#branch.trees.find(tree, names)
    return entry?.mode === FOLDER ? undefined : entry
  }

  #versionOf(names: readonly string[], { oid }: TreeEntry) {
    const { commit, time } = this.#branch.head.versionOf(names.join('/'))
    return { etag: this.#etag(oid, commit, names), mtime: time }
  }

  /** A blob alone repeats, and two keys may have the same one by the same commit. */
  #etag(oid: string, commit: string, names: readonly string[]): string {
    return `${this.#source}.${oid}.${commit}.${fnv1a64(names.join('/')).toString(36)}`
  }

  has(key: Key): Promise<boolean> {
    return this.#withFailureKey('look up', key, async () => {
      const names = namesOf(key)
      const entry = names && (await this.#entry(names))
      if (entry !== undefined) refuseOthers('look up', key, entry)
      return entry !== undefined
    })
  }

  stat(key: Key): Promise<Stat | undefined> {
    return this.#withFailureKey('stat', key, async () => {
      const names = namesOf(key)
      const entry = names && (await this.#entry(names))
      if (names === undefined || entry === undefined) return undefined
      refuseOthers('stat', key, entry)
      const version = this.#versionOf(names, entry)
      const size = await this.#branch.repository.sizeOf(entry.oid)
      if (size === undefined) throw missing('stat', key, entry.oid)
      return { size, ...version }
    })
  }

  versions(key: Key, call: Call): Promise<readonly ValueVersion[]> {
    return this.#withFailureKey('list the versions of', key, () => versionsIn(this.#branch, key, call))
  }

  readVersion(key: Key, id: string): Promise<Uint8Array | undefined> {
    return this.#withFailureKey('get a version of', key, () => versionAt(this.#branch, key, id))
  }

  async write(key: Key, value: Payload, call: Call): Promise<Written> {
    const names = keptNames('put', key)
    const bytes = value.keep()
    const path = names.join('/')
    const written = await this.#commit('put', key, undefined, async (draft, { objects }) => {
      call.throwIfAborted('put', key)
      await refuseObstacle('put', key, names, draft)
      const there = await draft.find(names)
      const refused = checkConditions(await this.#etagToCheck(names, there, call), call.options)
      if (refused !== undefined) return { answer: { refused } as Written }
      const oid = objects.put('blob', bytes)
      await draft.set(names, { mode: there?.mode ?? FILE, oid })
      const answer = ({ commit }: { commit: string }): Written => ({ etag: this.#etag(oid, commit, names) })
      return { message: `put ${shown(key)}`, paths: [path], answer }
    })
    if (written.refused === undefined) this.#emit('put', key)
    return written
  }

  /** The current etag: the one that the call expects, if it identifies the same version. */
  async #etagToCheck(
    names: readonly string[],
    there: TreeEntry | undefined,
    { options }: Call,
  ): Promise<string | undefined> {
    if (there === undefined) return undefined
    const { etag } = this.#versionOf(names, there)
    const { ifMatch } = options
    if (ifMatch === undefined || ifMatch === etag) return etag
    const [, , commit = ''] = ifMatch.split('.')
    const { oid } = there
    if (ifMatch !== this.#etag(oid, commit, names)) return etag
    return (await this.#branch.head.isSince(commit, names, oid)) ? ifMatch : etag
  }

  async remove(key: Key, call: Call): Promise<Removed> {
    const names = namesOf(key)
    if (names === undefined) return 'absent'
    const removed = await this.#commit<Removed>('delete', key, undefined, async draft => {
      call.throwIfAborted('delete', key)
      const there = await fileIn(draft, 'delete', key, names)
      if (there === undefined) return { answer: 'absent' as Removed }
      const { ifMatch } = call.options
      if (ifMatch !== undefined && (await this.#etagToCheck(names, there, call)) !== ifMatch) {
        return { answer: 'changed' as Removed }
      }
      await draft.remove(names)
      return { message: `delete ${shown(key)}`, paths: [names.join('/')], answer: () => 'removed' }
    })
    if (removed === 'removed') this.#emit('delete', key)
    return removed
  }

  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    const target = keptNames('rename to', to)
    const source = namesOf(from)
    if (source === undefined) return 'absent'
    const moved = await this.#commit<Moved>('rename', from, undefined, async draft => {
      call.throwIfAborted('rename', from)
      const entry = await fileIn(draft, 'rename', from, source)
      if (entry === undefined) return { answer: 'absent' as Moved }
      const there = await draft.find(target)
      if (there !== undefined && isFile(there) && !call.options.replace) return { answer: 'exists' as Moved }
      await draft.remove(source)
      await refuseObstacle('rename to', to, target, draft)
      await draft.set(target, entry)
      const paths = [source.join('/'), target.join('/')]
      return { message: `rename ${shown(from)} to ${shown(to)}`, paths, answer: () => 'moved' }
    })
    if (moved === 'moved') {
      this.#emit('delete', from)
      this.#emit('put', to)
    }
    return moved
  }

  batch(operations: readonly Operation[], call: Call): Promise<void> {
    return this.commit(operations, call)
  }

  /** Applies operations as one commit. */
  async commit(
    operations: readonly Operation[],
    call: Call,
    given: { readonly message?: string | undefined; readonly author?: Signature | undefined } = {},
  ): Promise<void> {
    const all = operations.map(operation => ({
      ...operation,
      names: operation.type === 'put' ? keptNames('put', operation.key) : namesOf(operation.key),
    }))
    const changed = await this.#commit(
      'commit a batch',
      undefined,
      given.author,
      async (draft, { objects }) => {
        call.throwIfAborted('commit a batch')
        const paths: string[] = []
        for (const { names, ...operation } of all) {
          if (names === undefined) continue
          if (operation.type === 'put') {
            await refuseObstacle('put', operation.key, names, draft)
            const mode = (await draft.find(names))?.mode ?? FILE
            await draft.set(names, { mode, oid: objects.put('blob', operation.bytes) })
          } else if ((await fileIn(draft, 'delete', operation.key, names)) === undefined) continue
          else await draft.remove(names)
          paths.push(names.join('/'))
        }
        if (paths.length === 0) return { answer: false }
        return { message: given.message ?? summary(operations), paths, answer: () => true }
      },
    )
    if (changed) for (const { type, key } of operations) this.#emit(type, key)
  }

  async begin(): Promise<StoreTransaction> {
    const { head, trees, writer } = this.#branch
    const transaction = new GitTransaction(this.info, await head.current, trees, this.#branch)
    const commit = async () => {
      const { operations } = transaction
      if (operations.length === 0 || writer === undefined) return true
      const isDone = await this.#commit('commit a transaction', undefined, undefined, (draft, at) =>
        transaction.make(draft, { ...at, message: summary(operations) }),
      )
      if (isDone) for (const { type, key } of operations) this.#emit(type, key)
      return isDone
    }
    return { store: transaction, commit, rollback: () => undefined }
  }

  list(prefix: Key, call: Call): Promise<ListPage> {
    return this.#withFailureKey('list', prefix, async () => {
      const { trees, head } = this.#branch
      const names = namesOf(prefix)
      const { tree } = await head.current
      const entry = names && (await trees.find(tree, names))
      if (entry?.mode !== FOLDER) return { children: [], total: 0 }
      return pageOfTree(trees.level(await trees.read(entry.oid)), prefix, listOptionsOf(call))
    })
  }

  stats(call: Call): Promise<StoreStats> {
    return this.#withFailureKey('count', undefined, async () => {
      const { trees, head } = this.#branch
      const { tree } = await head.current
      const count = async (oid: string): Promise<number> => {
        call.throwIfAborted('count')
        let entries = 0
        for (const [name, entry] of await trees.read(oid)) {
          if (nameProblem(name) !== undefined) continue
          if (isFile(entry)) entries++
          else if (entry.mode === FOLDER) entries += await count(entry.oid)
        }
        return entries
      }
      return { entries: tree === undefined ? 0 : await count(tree), accuracy: 'exact' }
    })
  }

  /** Changes made through this store and by others. Those by other programs are seen within 200 ms. */
  watch(prefix: Key, { signal }: Call): AsyncIterable<Change> {
    return stoppable(either => {
      this.#branch.head.watched(either)
      return this.#changes.watch(prefix, { signal: either }, () => undefined)
    }, signal)
  }

  async close(): Promise<void> {
    this.#changes.close()
    this.#branch.head.hubs.delete(this.#changes)
    await this.#branch.release()
  }

  #emit(type: 'put' | 'delete', key: Key): void {
    this.#branch.head.emit({ type, key })
  }

  #commit<Answer>(
    action: string,
    key: Key | undefined,
    author: Signature | undefined,
    make: (
      draft: DraftTree,
      at: { readonly objects: ObjectWriter; readonly now: Head },
    ) => Promise<Made<Answer>>,
  ): Promise<Answer> {
    const { writer } = this.#branch
    if (writer === undefined) throw failure('READ_ONLY', action, key, 'the store is read-only')
    return this.#withFailureKey(action, key, () =>
      writer.commit<Answer>({ author, make: (draft, objects, now) => make(draft, { objects, now }) }),
    )
  }

  /** A failure of the repository becomes one of the call. */
  async #withFailureKey<T>(action: string, key: Key | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const known = gitFailure(action, error)
      if (known instanceof DatastoreError && known.key === undefined && key !== undefined) {
        throw failure(known.code, action, key, known.reason, known)
      }
      throw known
    }
  }
}

function missing(action: string, key: Key, oid: string): DatastoreError {
  return failure('CORRUPT', action, key, `the repository lacks its object ${oid}`)
}

/** A key in a message of a commit, on one line. */
function shown(key: Key): string {
  const text = key.toString()
  return /\p{Cc}/u.test(text) ? JSON.stringify(text) : text
}

/** The number of keys that the message of a commit of many operations names. */
const MAX_NAMED = 20

function summary(operations: readonly Pick<Operation, 'type' | 'key'>[]): string {
  const [first] = operations
  if (operations.length === 1 && first !== undefined) return `${first.type} ${shown(first.key)}`
  const puts = operations.filter(({ type }) => type === 'put').length
  const parts = [
    ...(puts > 0 ? [`put ${puts}`] : []),
    ...(puts < operations.length ? [`delete ${operations.length - puts}`] : []),
  ]
  const lines = operations.slice(0, MAX_NAMED).map(({ type, key }) => `${type} ${shown(key)}`)
  const more = operations.length > MAX_NAMED ? [`and ${operations.length - MAX_NAMED} more`] : []
  return [`${parts.join(', ')} keys`, '', ...lines, ...more].join('\n')
}
