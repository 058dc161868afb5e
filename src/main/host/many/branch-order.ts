import type { BinaryDatastore } from '../../../core/datastore.ts'
import { Key } from '../../../core/key.ts'
import { walk } from '../jobs/walk.ts'

interface BranchWalk {
  readonly from: Key
  /** The new key of the branch in the same store; `undefined` if old and new keys cannot overlap. */
  readonly to: Key | undefined
  /** Continue after this key. */
  readonly after?: Key | undefined
  readonly signal: AbortSignal
  /** Called for each branch with nothing below it. */
  readonly foundEmpty: () => void
}

interface PartOptions {
  readonly after?: Key | undefined
  readonly except?: Key
  readonly foundEmpty?: () => void
}

/**
 * The keys at and below a branch that is moved, in parts. If the branch moves to a key above it, old and new keys can
 * overlap: when `/a/b` becomes `/a`, `/a/b/b/c` takes the name of `/a/b/c`. So keys below `/a/b/b` are a part of their
 * own, after the others.
 */
export async function* partsOfBranch(
  store: BinaryDatastore,
  { from, to, after, signal, foundEmpty }: BranchWalk,
): AsyncIterable<AsyncIterable<Key>> {
  const path = to?.isAncestorOf(from) === true ? from.relativeTo(to) : undefined
  if (path === undefined) {
    yield keysOf(from, { after, foundEmpty })
    return
  }
  let branch = from
  for (let inner = branch.child(path); after !== undefined && isAtOrBelow(after, inner); ) {
    branch = inner
    inner = branch.child(path)
  }
  // The first walk also visits the keys of later parts, so it reports the empty branches of all parts.
  yield keysOf(branch, { after, except: branch.child(path), foundEmpty })
  for (;;) {
    branch = branch.child(path)
    const [first] = await store.list(branch, { limit: 1, signal }).then(({ children }) => children)
    if (first === undefined && !(await store.has(branch, { signal }))) return
    yield keysOf(branch, { except: branch.child(path) })
  }

  async function* keysOf(branch: Key, { except, ...part }: PartOptions): AsyncIterable<Key> {
    for await (const { key } of walk(store, branch, signal, part.foundEmpty)) {
      if (part.after !== undefined && Key.compare(key, part.after) <= 0) continue
      if (except === undefined || !isAtOrBelow(key, except)) yield key
    }
  }
}

function isAtOrBelow(key: Key, branch: Key): boolean {
  return branch.equals(key) || branch.isAncestorOf(key)
}
