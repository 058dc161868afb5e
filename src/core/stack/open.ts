import { closeAll } from '../adapters/combine.ts'
import { SpanHub } from '../adapters/trace/open-span.ts'
import type { SpanListener } from '../adapters/trace/span.ts'
import type { BinaryDatastore } from '../datastore.ts'
import { DatastoreError } from '../errors.ts'
import { openStoreOf } from '../open/datastore.ts'
import { ConfigError } from './config-error.ts'
import type { StackDocument } from './document.ts'
import type { OpenContext } from './kind.ts'
import { type ParsedNode, parseDocument } from './parse.ts'
import type { Registry } from './registry.ts'
import { StackMetrics } from './stack-metrics.ts'

/** What a stack needs of the program that opens it. */
export interface StackHost {
  /** The folder that relative paths in the document start from. Default: the working directory. */
  readonly baseDirectory?: string | undefined
  /** Let small file operations run on the calling thread, which is faster. Default true. */
  readonly inlineFiles?: boolean | undefined
  /** The kinds that the document may use. Default: all that this library has. */
  readonly registry?: Registry | undefined
}

/** One node of an open stack. */
export interface StackNode {
  readonly id: string
  readonly kind: string
  readonly label: string
  /** Where the node stands in the document, as `root.tiers[1]`. */
  readonly path: string
  /** 0 for the root. */
  readonly depth: number
  /** The store, with all that its class offers: the one that the node above has. */
  readonly store: BinaryDatastore
  readonly children: readonly StackNode[]
}

/** An open stack. */
export interface Stack {
  readonly name: string
  /** What the stack is used through: the root. */
  readonly store: BinaryDatastore
  /** The document it was opened from, with an id on every node. */
  readonly document: StackDocument
  /** Every node, each before its children. */
  readonly nodes: readonly StackNode[]
  /** @throws DatastoreError `CONFIG_INVALID` when no node has this id. */
  node(id: string): StackNode
  /**
   * Tells of every call that begins from now on, in every node, as it ends. Free while nobody listens.
   * @returns Ends it.
   */
  trace(listener: SpanListener): () => void
  /** Counts the calls in every node from now on, until it is stopped: until then it costs what a trace costs. */
  measure(): StackMetrics
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens every node of a document, leaves first. When one fails, those that were open are closed again.
 * @throws ConfigError naming the path of what is wrong, as `root.tiers[1].path: no such folder "…"`.
 */
export async function openDocument(
  document: unknown,
  registry: Registry,
  host: StackHost = {},
): Promise<Stack> {
  const parsed = parseDocument(document, registry)
  const hub = new SpanHub()
  const root = await openNode(parsed.root, 0, host, hub)
  const nodes = flatten(root)
  const byId = new Map(nodes.map(node => [node.id, node]))
  const close = () => root.store.close()
  const trace = (listener: SpanListener) => hub.listen(listener)
  return {
    name: parsed.name,
    store: root.store,
    document: parsed.document,
    nodes,
    node(id) {
      const node = byId.get(id)
      if (node === undefined) throw new ConfigError('', `The stack has no node ${JSON.stringify(id)}`)
      return node
    },
    trace,
    measure: () => new StackMetrics([...byId.keys()], trace),
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function openNode(node: ParsedNode, depth: number, host: StackHost, hub: SpanHub): Promise<StackNode> {
  const opened = await Promise.allSettled(node.children.map(child => openNode(child, depth + 1, host, hub)))
  const children = opened.filter(result => result.status === 'fulfilled').map(result => result.value)
  const stores = children.map(child => child.store)
  try {
    for (const result of opened) if (result.status === 'rejected') throw result.reason
    const context: OpenContext = {
      id: node.id,
      path: node.path,
      childIds: node.children.map(child => child.id),
      childKeys: node.childKeys,
      baseDirectory: host.baseDirectory,
      inlineFiles: host.inlineFiles ?? true,
    }
    const store = await node.kind.open(node.options, stores, context)
    const { id, label, path } = node
    openStoreOf(store).traceTo({ hub, node: id })
    return { id, kind: node.kind.kind, label, path, depth, store, children }
  } catch (error) {
    // Why it did not open is what matters, also when a store that has to be closed again fails at that.
    await closeAll(stores).catch(() => undefined)
    throw atPath(error, node)
  }
}

/** A failure to open, said with the node's place where it does not say one itself. */
function atPath(error: unknown, node: ParsedNode): unknown {
  if (error instanceof ConfigError || !(error instanceof DatastoreError)) return error
  return new ConfigError(node.path, error.message, { cause: error })
}

function flatten(node: StackNode): readonly StackNode[] {
  return [node, ...node.children.flatMap(flatten)]
}
