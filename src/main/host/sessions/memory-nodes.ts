import type { Change } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import { type Layer, LayeredStore } from '../../../core/layers/layer.ts'
import { type Call, Cancel } from '../../../core/open/call.ts'
import { Datastore, openStoreOf } from '../../../core/open/datastore.ts'
import type { OpenStore } from '../../../core/open/open-store.ts'
import type { StackNode } from '../../../core/stack/open.ts'
import { type ParsedNode, parseDocument } from '../../../core/stack/parse.ts'
import { Registry } from '../../../core/stack/registry.ts'
import type { OpenedStack } from './opened-stack.ts'

/** Changes nothing. */
const UNCHANGED: Layer = { name: 'memory', passesBatches: true, around: (step, run) => run(step.call) }

/** The memory of a node, which the next stack of its session may take over: closing a stack leaves it open. */
class MemoryNode extends LayeredStore {
  readonly memory: OpenStore
  readonly #watches = new Set<Cancel>()

  constructor(memory: OpenStore) {
    super(memory, UNCHANGED)
    this.memory = memory
  }

  /** None that a stack would close: memory goes with the last stack that refers to it. */
  override get children(): readonly OpenStore[] {
    return []
  }

  /** Ends with the stack, although the memory stays open. */
  override async *watch(prefix: Key, call: Call): AsyncIterable<Change> {
    const ended = Cancel.under(call.cancel)
    this.#watches.add(ended)
    try {
      yield* super.watch(prefix, call.under(ended))
    } catch (error) {
      if (!ended.isAborted || call.cancel?.isAborted === true) throw error
    } finally {
      this.#watches.delete(ended)
      ended.release()
    }
  }

  async close(): Promise<void> {
    for (const watch of this.#watches) watch.abort()
  }
}

/** Memory of open stacks, by the ids of its nodes. */
export type MemoryById = ReadonlyMap<string, OpenStore>

/** The same kinds, but memory nodes outlive their stack, and those whose id is in `kept` open with what is there. */
export function registryKeeping({ kinds }: Registry, kept: MemoryById = new Map()): Registry {
  return new Registry(
    kinds.map(kind =>
      kind.kind === 'memory'
        ? {
            ...kind,
            open: async (options, children, context) => {
              const memory = kept.get(context.id) ?? openStoreOf(await kind.open(options, children, context))
              return new Datastore(new MemoryNode(memory))
            },
          }
        : kind,
    ),
  )
}

/** The memory of a stack. */
export function memoryOf({ nodes }: OpenedStack): MemoryById {
  return new Map(
    nodes.flatMap(({ id, store }) => {
      const open = openStoreOf(store).store
      return open instanceof MemoryNode ? [[id, open.memory] as const] : []
    }),
  )
}

/**
 * The memory that a new stack takes over: that of nodes with the same id and options, which hold values themselves
 * before and after. An upper tier holds copies, which what comes to stand below it may contradict.
 */
export function keptMemory(old: OpenedStack, root: ParsedNode, registry: Registry): MemoryById {
  const before = valuesInMemory(parseDocument(old.document, registry).root)
  const after = valuesInMemory(root)
  return new Map([...memoryOf(old)].filter(([id]) => before.has(id) && before.get(id) === after.get(id)))
}

/** Memory nodes with values that would be lost with everything but `kept`. */
export async function lostMemory(
  old: OpenedStack,
  kept: MemoryById,
  registry: Registry,
): Promise<readonly StackNode[]> {
  const holding = valuesInMemory(parseDocument(old.document, registry).root)
  const going = old.nodes.filter(node => holding.has(node.id) && !kept.has(node.id))
  const stats = await Promise.all(going.map(node => node.store.stats()))
  return going.filter((_, index) => stats[index]?.entries !== 0)
}

/** The options of the memory nodes whose values are nowhere else, by id. */
function valuesInMemory({ id, kind, options, children }: ParsedNode): ReadonlyMap<string, string> {
  if (kind.kind === 'memory') return new Map([[id, JSON.stringify(options)]])
  const holding = kind.kind === 'tiered' ? children.slice(-1) : children
  return new Map(holding.flatMap(child => [...valuesInMemory(child)]))
}
