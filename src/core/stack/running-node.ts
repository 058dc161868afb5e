import type { SpanHub } from '../adapters/trace/open-span.ts'
import type { BinaryDatastore } from '../datastore.ts'
import { DatastoreError, messageOf } from '../errors.ts'
import { LayeredStore, TRANSPARENT } from '../layers/layer.ts'
import { Datastore, openStoreOf } from '../open/datastore.ts'
import { Entrance } from '../open/entrance.ts'
import { OpenStore } from '../open/open-store.ts'
import type { Store } from '../open/store.ts'
import { ConfigError } from './config-error.ts'
import type { OpenContext } from './kind.ts'
import type { ParsedNode } from './parse.ts'
import type { SecretReference } from './secret.ts'
import type { StackHost, StackNode } from './stack.ts'

/**
 * A node that runs. What it is open by stays as long as its id is in the document: the nodes above hold that, and the
 * stores that take each other's place are put into it.
 */
export class RunningNode {
  readonly open: OpenStore
  /** Where callers come in. */
  readonly entrance: Entrance
  readonly children: readonly RunningNode[]
  readonly node: ParsedNode
  #datastore: BinaryDatastore

  private constructor(
    node: ParsedNode,
    children: readonly RunningNode[],
    datastore: BinaryDatastore,
    open: OpenStore,
    entrance: Entrance,
  ) {
    this.node = node
    this.children = children
    this.#datastore = datastore
    this.open = open
    this.entrance = entrance
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
    const entrance = new Entrance(open)
    enter(datastore, entrance, open)
    return new RunningNode(node, children, datastore, open, entrance)
  }

  /** The same node with another place, label or list of children, and with what was opened for it meanwhile. */
  as(node: ParsedNode, children: readonly RunningNode[], datastore = this.datastore): RunningNode {
    if (datastore !== this.datastore) enter(datastore, this.entrance, this.open)
    return new RunningNode(node, children, datastore, this.open, this.entrance)
  }

  /** What was opened for it, with all that its class offers. */
  get datastore(): BinaryDatastore {
    return this.#datastore
  }

  /** What was opened for it again. */
  set datastore(datastore: BinaryDatastore) {
    enter(datastore, this.entrance, this.open)
    this.#datastore = datastore
  }

  get isVolatile(): boolean {
    return !this.open.capabilities.persistent
  }

  /** Whether its store can take other children: it has just those of the document, and says how. */
  get canRewire(): boolean {
    const { store } = this.open
    const held = store.children ?? []
    const isPlain =
      held.length === this.children.length && held.every((one, index) => one === this.children[index]?.open)
    return isPlain && store.rewire !== undefined
  }

  /** How its keys lie: `moving` to where they belong, or `stopped` on the way, where one could not be moved. */
  get placingState(): 'settled' | 'moving' | 'stopped' {
    return this.node.kind.placing?.state(this.datastore) ?? 'settled'
  }

  /** As callers see it. */
  told(depth: number): StackNode {
    const { node, datastore } = this
    const children = this.children.map(child => child.told(depth + 1))
    const { id, label, path } = node
    return { id, kind: node.kind.kind, label, path, depth, store: datastore, children }
  }

  /** This one, and all below it, each before its children. */
  get all(): readonly RunningNode[] {
    return [this, ...this.children.flatMap(child => child.all)]
  }
}

/** What was opened for a node, as a store. A kind may give back the store below as it is. */
export function storeOf(datastore: BinaryDatastore, children: readonly RunningNode[]): Store {
  const open = openStoreOf(datastore)
  return children.some(child => child.open === open) ? new LayeredStore(open, TRANSPARENT) : open.store
}

function enter(datastore: BinaryDatastore, entrance: Entrance, own: OpenStore): void {
  if (datastore instanceof Datastore) Datastore.enterBy(datastore, entrance, own)
}

/**
 * Opens what a node is, over its open children.
 * @throws ConfigError naming the path of what is wrong.
 */
export async function openNode(
  node: ParsedNode,
  children: readonly RunningNode[],
  host: StackHost,
): Promise<BinaryDatastore> {
  const stores = children.map(child => new Datastore(child.open))
  // What an earlier node of this id told is over.
  host.onStatus?.(node.id, { lost: undefined, indexing: undefined })
  try {
    return await node.kind.open(node.options, stores, contextOf(node, host))
  } catch (error) {
    if (error instanceof ConfigError || !(error instanceof DatastoreError)) throw error
    // A server that cannot be reached, or lets nobody in, is no mistake of the document.
    if (OF_SERVERS.has(error.code)) throw error
    // Said with the node's place where it does not say one itself.
    throw new ConfigError(node.path, error.message, { cause: error })
  }
}

const OF_SERVERS: ReadonlySet<string> = new Set(['ACCESS_DENIED', 'CONNECTION', 'TIMEOUT'])

/** What a node is opened with. */
export function contextOf(node: ParsedNode, host: StackHost): OpenContext {
  return {
    id: node.id,
    path: node.path,
    childIds: node.children.map(child => child.id),
    childKeys: node.childKeys,
    baseDirectory: host.baseDirectory,
    inlineFiles: host.inlineFiles ?? true,
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

/** The open stores that a store has below it for itself, each before those below it: none of `kept`. */
export function ownStores({ children = [] }: Store, kept: ReadonlySet<OpenStore>): readonly OpenStore[] {
  return children.filter(child => !kept.has(child)).flatMap(child => [child, ...ownStores(child.store, kept)])
}

/** Frees what a store holds itself, stores of its own below it included, but none of `kept`. */
export async function closeStore(store: Store, kept: ReadonlySet<OpenStore>): Promise<void> {
  const own = ownStores(store, kept)
  const results = [...(await Promise.allSettled([store.close?.()]))]
  for (const child of own) results.push(...(await Promise.allSettled([child.closeAlone()])))
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
