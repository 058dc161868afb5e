import { failure } from '../errors.ts'
import type { Call } from './call.ts'
import { OpenStore } from './open-store.ts'
import type { Store, StoreTransaction } from './store.ts'
import { attempt } from './turns.ts'

/**
 * Runs `work` in a transaction. Starts again if others changed what it read before the commit.
 * @param work Receives the open store of the transaction.
 * @throws DatastoreError `UNSUPPORTED` if the store has no transactions, `CONFLICT` if every attempt failed because of
 * a change.
 */
export async function transact<T>(
  open: OpenStore,
  attempts: number,
  call: Call,
  work: (inside: OpenStore) => Promise<T>,
): Promise<T> {
  for (let run = 1; run <= attempts; run++) {
    const attempted = await begin(open, call)
    const inside = new OpenStore(attempted.store)
    try {
      const result = await work(inside)
      await inside.closeAlone()
      if (await attempted.commit()) return result
    } catch (error) {
      // The caller gets the first failure, not one of the rollback.
      await Promise.allSettled([inside.closeAlone()])
      await Promise.allSettled([attempt(() => attempted.rollback())])
      throw error
    }
  }
  const state = `other writers changed what it read in each of ${attempts} attempts`
  throw failure('CONFLICT', 'commit a transaction', undefined, state)
}

/**
 * Begins a transaction: the store's own; or for an adapter without state, one of the store below.
 * @throws DatastoreError `UNSUPPORTED` if neither has transactions.
 */
export async function begin(open: OpenStore, call: Call): Promise<StoreTransaction> {
  open.assertOpen('begin a transaction', undefined, call)
  const { store } = open
  if (open.capabilities.transaction === 'none') {
    const state = `a ${store.info.kind} store has none`
    throw failure('UNSUPPORTED', 'begin a transaction', undefined, state)
  }
  if (store.begin !== undefined) return store.begin(call)
  // The declared capability is that of the one store below.
  const [child] = store.children as readonly [OpenStore]
  const below = await begin(child, call)
  const inside = new OpenStore(below.store)
  const rollback = async () => {
    try {
      await inside.closeAlone()
    } finally {
      await below.rollback()
    }
  }
  const commit = async () => {
    await inside.closeAlone()
    return below.commit()
  }
  try {
    return { store: store.over?.([inside]) as Store, commit, rollback }
  } catch (error) {
    await rollback()
    throw error
  }
}
