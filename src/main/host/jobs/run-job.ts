import { forEachBounded } from '../../../core/concurrency/for-each-bounded.ts'
import { Slices } from '../../../core/concurrency/slices.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { DatastoreError } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import { childrenOf } from '../../../core/list-page.ts'
import type { JobRequest } from '../../../shared/procedures/jobs.ts'
import { BadInputError } from '../calls/describe-failure.ts'
import { isListedBranch } from '../levels/is-listed-branch.ts'
import { type WalkedKey, walk } from './walk.ts'

/** Keys worked on at once. */
const WIDTH = 16

/** What a job tells while it runs. */
export interface JobProgress {
  /** One more key was handled. */
  handled(bytes: number): void
  /** So many keys are to handle in all. */
  expect(total: number): void
  /** A branch that is left without keys was removed. */
  pruned(branch: Key): void
}

export type JobWork = (store: BinaryDatastore, signal: AbortSignal, progress: JobProgress) => Promise<void>

/**
 * What a request means.
 * @throws BadInputError for one that makes no sense; DatastoreError `KEY_INVALID`
 */
export function workOf(request: JobRequest): { readonly title: string; readonly work: JobWork } {
  if (request.type === 'moveBranch') {
    return moveBranch(Key.parse(request.from), Key.parse(request.to))
  }
  const prefix = Key.parse(request.prefix)
  return request.type === 'count' ? countKeys(prefix) : deleteBranch(prefix)
}

function countKeys(prefix: Key): ReturnType<typeof workOf> {
  return {
    title: `Count keys in ${prefix.toString()}`,
    work: (store, signal, progress) =>
      forEachBounded(walk(store, prefix, signal), WIDTH, async ({ key, size }) => {
        progress.handled(size ?? (await store.stat(key, { signal })).size)
      }),
  }
}

function deleteBranch(prefix: Key): ReturnType<typeof workOf> {
  return {
    title: `Delete ${prefix.toString()} and everything below it`,
    work: async (store, signal, progress) => {
      const total = await count(walk(store, prefix, signal))
      progress.expect(total)
      await forEachBounded(walk(store, prefix, signal), WIDTH, async ({ key }) => {
        await store.delete(key, { missingOk: true, signal })
        progress.handled(0)
      })
      await store.prune(prefix, { signal })
      progress.pruned(prefix)
      if (await isListedBranch(store, prefix, signal))
        throw await leftBehind('Deleted', total, prefix, { store, signal })
    },
  }
}

function moveBranch(from: Key, to: Key): ReturnType<typeof workOf> {
  if (from.equals(to) || from.isAncestorOf(to)) {
    throw new BadInputError(
      `Cannot move "${from.toString()}" to "${to.toString()}": a branch cannot move into itself`,
    )
  }
  return {
    title: `Move ${from.toString()} to ${to.toString()}`,
    work: async (store, signal, progress) => {
      // All keys are known before the first one moves: where a branch moves up, it would meet itself.
      const keys: WalkedKey[] = []
      let wereEmpty = 0
      for await (const walked of walk(store, from, signal, () => wereEmpty++)) keys.push(walked)
      progress.expect(keys.length)
      const slices = new Slices()
      for (const { key } of keys) {
        await store.rename(key, to.child(key.relativeTo(from)), { replace: false, signal })
        progress.handled(0)
        if (slices.isOver) await slices.pause()
      }
      // Branches that were empty before have no key to move, and are not lost.
      if (wereEmpty === 0) await store.prune(from, { signal })
      progress.pruned(from)
      if (!from.isAncestorOf(to) && !to.isAncestorOf(from) && (await isListedBranch(store, from, signal))) {
        throw await leftBehind('Moved', keys.length, from, { store, signal })
      }
    },
  }
}

/** Says what a job did, and that its branch did not go with its keys. */
async function leftBehind(
  verb: string,
  count: number,
  branch: Key,
  { store, signal }: { readonly store: BinaryDatastore; readonly signal: AbortSignal },
): Promise<DatastoreError> {
  const keys = count === 1 ? '1 key' : `${count.toLocaleString('en-US')} keys`
  const name = JSON.stringify(branch.toString())
  const hidden = await hiddenBelow(store, branch, signal)
  const rest =
    hidden ?? 'it holds empty branches, links or files that are no keys, or keys that were put meanwhile'
  const message = `${verb} ${keys}, but the branch ${name} is still there: ${rest}`
  return new DatastoreError('UNSUPPORTED', message, { key: branch })
}

const HIDDEN_AS = { link: 'the symbolic link', name: 'the unreadable name', special: 'the special file' }

/** The first entry at or below a branch that is no key, in words; `undefined` where there is none. */
async function hiddenBelow(
  store: BinaryDatastore,
  branch: Key,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { hidden } = await store.list(branch, { limit: 1, signal })
  const [entry] = hidden?.examples ?? []
  if (hidden !== undefined && entry !== undefined) {
    const others = hidden.count > 1 ? ` and ${(hidden.count - 1).toLocaleString('en-US')} more` : ''
    const name = `${branch.isRoot ? '' : branch.toString()}/${entry.name}`
    return `it holds ${HIDDEN_AS[entry.reason]} ${JSON.stringify(name)}${others}, which no key stands for`
  }
  for await (const { key, isBranch } of childrenOf(store, branch, { signal })) {
    const found = isBranch ? await hiddenBelow(store, key, signal) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

async function count(keys: AsyncIterable<WalkedKey>): Promise<number> {
  const iterator = keys[Symbol.asyncIterator]()
  let total = 0
  while ((await iterator.next()).done !== true) total++
  return total
}
