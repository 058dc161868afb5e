import { type Call, InterceptedDatastore } from '../../../core/adapters/intercepted.ts'
import { TieredDatastore } from '../../../core/adapters/tiered/tiered.ts'
import type { BinaryDatastore } from '../../../core/datastore.ts'
import { DatastoreError, failure, messageOf } from '../../../core/errors.ts'
import { ACTIONS } from '../../../core/layers/layer.ts'
import { openStack } from '../../../core/node/stack.ts'
import type { OpenStore } from '../../../core/open/open-store.ts'
import { parseDocument } from '../../../core/stack/parse.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import type { Log } from '../calls/describe-failure.ts'
import { keptMemory, lostMemory, type MemoryById, memoryOf, registryKeeping } from './memory-nodes.ts'
import type { OpenedStack } from './opened-stack.ts'

export interface ReplaceOptions {
  /** The kinds that the old document and the new one may use. */
  readonly registry: Registry
  /** The folder that relative paths start from, in the old document and in the new one. */
  readonly baseDirectory: string
  /** Whether values that only memory holds may go. */
  readonly discardMemory: boolean
  readonly log: Log
  /** Throws when the new stack may not serve, although it can be opened. */
  readonly accept: (stack: OpenedStack) => void
}

/**
 * Writes what the old stack holds, closes it, and opens `document`. No call runs meanwhile. When the document cannot be
 * opened the old stack is opened again, with its memory.
 * @param serve Called with the stack that serves from now on: the new one, or the old one opened again.
 * @throws DatastoreError `CONFIG_INVALID` for the document, `CONFLICT` when values that only memory holds would go, `IO`
 * when the old stack cannot write what it holds.
 */
export async function replaceStack(
  old: OpenedStack,
  document: unknown,
  { registry, baseDirectory, discardMemory, log, accept }: ReplaceOptions,
  serve: (stack: OpenedStack) => void,
): Promise<void> {
  const isGiven = old.document.root.kind === 'given'
  const { root } = parseDocument(document, registry)
  const kept = isGiven ? new Map<string, OpenStore>() : keptMemory(old, root, registry)
  if (!discardMemory) {
    refuseLoss(isGiven ? await lostIfGiven(old) : await lostMemory(old, kept, registry))
  }
  const open = (what: unknown, memory: MemoryById): Promise<OpenedStack> =>
    openStack(what, { baseDirectory, registry: registryKeeping(registry, memory), inlineFiles: false })
  const openNext = async (): Promise<OpenedStack> => {
    const stack = await open(document, kept)
    try {
      accept(stack)
      return stack
    } catch (error) {
      await stack.store.close()
      throw error
    }
  }
  if (!(old.store instanceof UnavailableDatastore)) await flush(old, isGiven)
  if (isGiven) {
    // No document opens it again, so it is closed only once the new stack is open.
    serve(await openNext())
    await old.store.close().catch((error: unknown) => log('A stack could not be closed', error))
    return
  }
  try {
    await old.store.close()
    serve(await openNext())
  } catch (error) {
    serve(await reopen(old, () => open(old.document, memoryOf(old))))
    throw error
  }
}

async function reopen(old: OpenedStack, open: () => Promise<OpenedStack>): Promise<OpenedStack> {
  try {
    return { ...(await open()), name: old.name }
  } catch (error) {
    return { ...old, store: new UnavailableDatastore(old.store, error) }
  }
}

function refuseLoss(lost: OpenedStack['nodes']): void {
  if (lost.length === 0) return
  const names = lost.map(({ label, path }) => `${JSON.stringify(label)} (${path})`).join(', ')
  const state = `values that only memory holds would be lost, in ${names}`
  throw new DatastoreError('CONFLICT', `Cannot apply the stack: ${state}`)
}

async function lostIfGiven({ nodes, store }: OpenedStack): Promise<OpenedStack['nodes']> {
  const isEmpty = store.capabilities.persistent || (await store.stats()).entries === 0
  return isEmpty ? [] : nodes
}

/** Writes what is acknowledged to where it lasts. A store that fails at that is left, as long as it holds nothing back. */
async function flush({ store, nodes }: OpenedStack, isGiven: boolean): Promise<void> {
  try {
    await store.sync()
  } catch (cause) {
    const holdsBack = nodes.some(
      node => node.store instanceof TieredDatastore && node.store.unflushed.entries > 0,
    )
    if (!isGiven && !holdsBack) return
    const state = `the stack that runs cannot write what it holds: ${messageOf(cause)}`
    throw new DatastoreError('IO', `Cannot apply the stack: ${state}`, { cause })
  }
}

/** Stands for a stack that could not be opened again. Every call fails; another stack can be applied. */
class UnavailableDatastore extends InterceptedDatastore<Uint8Array> {
  readonly #cause: unknown

  constructor(closed: BinaryDatastore, cause: unknown) {
    super(closed)
    this.#cause = cause
  }

  override async close(): Promise<void> {
    // What could be closed is closed already.
  }

  protected override async around<T>(call: Call): Promise<T> {
    throw this.#failure(call)
  }

  protected override async *aroundStream<T>(call: Call): AsyncIterable<T> {
    throw this.#failure(call)
  }

  #failure({ verb, key }: Call): DatastoreError {
    const state = `the stack could not be opened again: ${messageOf(this.#cause)}`
    return failure('CLOSED', ACTIONS[verb], key, state, this.#cause)
  }
}
