import type { SpanHub } from '../adapters/trace/open-span.ts'
import type { BinaryDatastore } from '../datastore.ts'
import { DatastoreError, messageOf } from '../errors.ts'
import { LayeredStore, TRANSPARENT } from '../layers/layer.ts'
import { Datastore, openStoreOf } from '../open/datastore.ts'
import { NodeProxy } from '../open/node-proxy.ts'
import { OpenStore } from '../open/open-store.ts'
import type { Store } from '../open/store.ts'
import { ConfigError, placeIn } from './config-error.ts'
import type { ConnectionReport } from './connection-report.ts'
import type { OpenContext } from './kind.ts'
import { type ParsedNode, parseDocument } from './parse.ts'
import type { Registry } from './registry.ts'
import type { SecretReference } from './secret.ts'
import type { StackHost, StackNode } from './stack.ts'

/**
 * A running node. Its open store exists as long as its id is in the document: the nodes above hold it, and replaced
 * stores are put into it.
 */
export class RunningNode {
  readonly open: OpenStore
  /** Receives the calls from outside the stack. */
  readonly proxy: NodeProxy
  readonly children: readonly RunningNode[]
  readonly node: ParsedNode
  #datastore: BinaryDatastore

  private constructor(
    node: ParsedNode,
    children: readonly RunningNode[],
    datastore: BinaryDatastore,
    open: OpenStore,
    proxy: NodeProxy,
  ) {
    this.node = node
    this.children = children
    this.#datastore = datastore
    this.open = open
    this.proxy = proxy
  }

  /** @param datastore What was opened for it. */
  static begin(
    node: ParsedNode,
    children: readonly RunningNode[],
    datastore: BinaryDatastore,
    hub: SpanHub,
  ): RunningNode {
    const own = openStoreOf(datastore)
    const store = storeOf(datastore, children)
    const open = own.store === store ? own : new OpenStore(store)
    open.traceTo({ hub, node: node.id })
    const proxy = new NodeProxy(open)
    enter(datastore, proxy, open)
    return new RunningNode(node, children, datastore, open, proxy)
  }

  /** The same node with another place, label or list of children, and what was opened for it in the meantime. */
  as(node: ParsedNode, children: readonly RunningNode[], datastore = this.datastore): RunningNode {
    if (datastore !== this.datastore) enter(datastore, this.proxy, this.open)
    return new RunningNode(node, children, datastore, this.open, this.proxy)
  }

  /** What was opened for it, with everything that its class offers. */
  get datastore(): BinaryDatastore {
    return this.#datastore
  }

  /** Set when it was opened again. */
  set datastore(datastore: BinaryDatastore) {
    enter(datastore, this.proxy, this.open)
    this.#datastore = datastore
  }

  get isVolatile(): boolean {
    return !this.open.capabilities.persistent
  }

  /**
   * Whether its store can take other children: its children are exactly those of the document, and it can rewire them.
   */
  get canRewire(): boolean {
    const { store } = this.open
    const held = store.children ?? []
    const isPlain =
      held.length === this.children.length && held.every((one, index) => one === this.children[index]?.open)
    return isPlain && store.rewire !== undefined
  }

  /** Whether its keys are being moved (`moving`), or the move has `stopped` because a key could not be moved. */
  get placingState(): 'settled' | 'moving' | 'stopped' {
    return this.node.kind.placing?.state(this.datastore) ?? 'settled'
  }

  /** The description that callers get. */
  describe(depth: number): StackNode {
    const { node, datastore } = this
    const children = this.children.map(child => child.describe(depth + 1))
    const { id, label, path } = node
    return { id, kind: node.kind.kind, label, path, depth, store: datastore, children }
  }

  /** This one, and all below it, each before its children. */
  get all(): readonly RunningNode[] {
    return [this, ...this.children.flatMap(child => child.all)]
  }
}

/** The store that was opened for a node. A kind may return the store below itself. */
export function storeOf(datastore: BinaryDatastore, children: readonly RunningNode[]): Store {
  const open = openStoreOf(datastore)
  return children.some(child => child.open === open) ? new LayeredStore(open, TRANSPARENT) : open.store
}

function enter(datastore: BinaryDatastore, proxy: NodeProxy, own: OpenStore): void {
  if (datastore instanceof Datastore) Datastore.enterBy(datastore, proxy, own)
}

/**
 * Opens a node over its open children.
 * @throws ConfigError naming the path of the problem.
 */
export async function openNode(
  node: ParsedNode,
  children: readonly RunningNode[],
  host: StackHost,
): Promise<BinaryDatastore> {
  const stores = children.map(child => new Datastore(child.open))
  // The status that an earlier node with this id reported is out of date.
  host.onStatus?.(node.id, { lost: undefined, indexing: undefined })
  try {
    return await node.kind.open(node.options, stores, contextOf(node, host))
  } catch (error) {
    if (!(error instanceof DatastoreError)) throw error
    if (error instanceof ConfigError) throw placed(error, node)
    // A server that is unreachable or denies access is not an error in the document.
    if (OF_SERVERS.has(error.code)) throw error
    // Adds the node's path unless the error has one.
    throw placed(new ConfigError(node.path, error.message, { cause: error }), node)
  }
}

function placed(error: ConfigError, node: ParsedNode): ConfigError {
  error.place ??= placeIn(node, error.path)
  return error
}

const OF_SERVERS: ReadonlySet<string> = new Set(['ACCESS_DENIED', 'CONNECTION', 'TIMEOUT'])

/** The context that a node is opened with. */
export function contextOf(node: ParsedNode, host: StackHost): OpenContext {
  return {
    id: node.id,
    path: node.path,
    childIds: node.children.map(child => child.id),
    childKeys: node.childKeys,
    baseDirectory: host.baseDirectory,
    inlineFiles: host.inlineFiles ?? true,
    setAside: host.setAside,
    report: change => host.onStatus?.(node.id, change),
    secret: (reference, option) => valueOf(reference, `${node.path}.${option}`, host),
  }
}

/** The value of a secret that a document names at `path`. */
async function valueOf({ secret }: SecretReference, path: string, { secrets }: StackHost): Promise<string> {
  const name = JSON.stringify(secret)
  if (secrets === undefined) {
    throw new ConfigError(path, `the secret ${name} cannot be looked up: this program was given no secrets`)
  }
  const value = await secrets.get(secret).catch((error: unknown) => {
    throw new ConfigError(path, messageOf(error), { cause: error })
  })
  if (value === undefined) throw new ConfigError(path, `there is no secret ${name}`)
  return value
}

/** The open stores below a store that belong to it alone, each before those below it, without those in `kept`. */
export function ownStores({ children = [] }: Store, kept: ReadonlySet<OpenStore>): readonly OpenStore[] {
  return children.filter(child => !kept.has(child)).flatMap(child => [child, ...ownStores(child.store, kept)])
}

/** Frees the resources of a store, including its own stores below, but none of `kept`. */
export async function closeStore(store: Store, kept: ReadonlySet<OpenStore>): Promise<void> {
  const own = ownStores(store, kept)
  const results = [...(await Promise.allSettled([store.close?.()]))]
  for (const child of own) results.push(...(await Promise.allSettled([child.closeAlone()])))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/**
 * Tries to reach the server that the root of a document names, and changes nothing there.
 * @returns `undefined` where the kind of the root has no server.
 * @throws ConfigError for what is wrong with the document.
 */
export async function testConnection(
  document: unknown,
  registry: Registry,
  host: StackHost,
): Promise<ConnectionReport | undefined> {
  const { root } = parseDocument(document, registry)
  return root.kind.test?.(root.options, contextOf(root, host))
}
