import { closeAll } from '../adapters/combine.ts'
import type { BinaryDatastore } from '../datastore.ts'
import { DatastoreError } from '../errors.ts'
import { ConfigError } from './config-error.ts'
import type { StackDocument } from './document.ts'
import type { OpenContext } from './kind.ts'
import { type ParsedNode, parseDocument } from './parse.ts'
import type { Registry } from './registry.ts'

/** What a stack needs of the program that opens it. */
export interface StackHost {
  /** The folder that relative paths in the document start from. Default: the working directory. */
  readonly baseDirectory?: string | undefined
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
  readonly store: BinaryDatastore
  readonly children: readonly StackNode[]
}

/** An open stack. */
export interface Stack {
  readonly name: string
  readonly store: BinaryDatastore
  /** The document it was opened from, with an id on every node. */
  readonly document: StackDocument
  /** Every node, each before its children. */
  readonly nodes: readonly StackNode[]
  /** @throws DatastoreError `CONFIG_INVALID` when no node has this id. */
  node(id: string): StackNode
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
  const root = await openNode(parsed.root, 0, host)
  const nodes = flatten(root)
  const byId = new Map(nodes.map(node => [node.id, node]))
  const close = () => root.store.close()
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
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function openNode(node: ParsedNode, depth: number, host: StackHost): Promise<StackNode> {
  const opened = await Promise.allSettled(node.children.map(child => openNode(child, depth + 1, host)))
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
    }
    const store = await node.kind.open(node.options, stores, context)
    const { id, label, path } = node
    return { id, kind: node.kind.kind, label, path, depth, store, children }
  } catch (error) {
    await closeAll(stores)
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
