import type { SpanHub } from '../adapters/trace/open-span.ts'
import type { SpanListener } from '../adapters/trace/span.ts'
import type { BinaryDatastore, CallOptions } from '../datastore.ts'
import type { Key } from '../key.ts'
import type { Fate } from './compare.ts'
import type { StackDocument } from './document.ts'
import type { Misplaced, NodeStatus } from './kind.ts'
import type { Registry } from './registry.ts'
import type { Residency, ResidencyOptions, ValueAtNode } from './residency.ts'
import type { SecretSource } from './secret.ts'
import type { StackMetrics } from './stack-metrics.ts'

/** What a stack needs of the program that opens it. */
export interface StackHost {
  /** The folder that relative paths in the document start from. Default: the working directory. */
  readonly baseDirectory?: string | undefined
  /** Let small file operations run on the calling thread, which is faster. Default true. */
  readonly inlineFiles?: boolean | undefined
  /** A private folder of the program for branches that are set aside. Default: none. */
  readonly setAside?: string | undefined
  /** The kinds that the document may use. Default: all kinds of this library. */
  readonly registry?: Registry | undefined
  /** Looks up the secrets that documents name. Default: none; then a document that names a secret does not open. */
  readonly secrets?: SecretSource | undefined
  /** Called when a node reports the state of its server or data. Fields that `change` does not contain keep their last value. */
  readonly onStatus?: ((node: string, change: NodeStatus) => void) | undefined
}

/** What a stack is opened with besides its document. */
export interface StackParts {
  readonly registry: Registry
  readonly host: StackHost
  /** Delivers the spans of its nodes to listeners. */
  readonly hub: SpanHub
}

/** One node of an open stack. */
export interface StackNode {
  readonly id: string
  readonly kind: string
  readonly label: string
  /** The path of the node in the document, such as `root.tiers[1]`. */
  readonly path: string
  /** 0 for the root. */
  readonly depth: number
  /**
   * The store, with all members of its class. Its calls and those of the node above take effect in call order. It exists
   * as long as the node. The members that its class adds belong to what is open now: they end when the node is opened
   * again.
   */
  readonly store: BinaryDatastore
  readonly children: readonly StackNode[]
}

/** A node of a running stack, or of the document that is to replace it. */
export interface PlannedNode extends Pick<StackNode, 'id' | 'kind' | 'label' | 'path'> {
  readonly fate: Fate
}

/** What `apply` would do. */
export interface StackPlan {
  /** The document, with an id on every node. */
  readonly document: StackDocument
  /** Every node of the document, each before its children, then the nodes that are removed. */
  readonly nodes: readonly PlannedNode[]
  /** Nodes whose values exist nowhere else and would be lost, with the number of values. */
  readonly lost: readonly (PlannedNode & { readonly entries: number | undefined })[]
  /** Nodes that would drop copies of values of the stores below, with the number of copies. */
  readonly dropped: readonly (PlannedNode & { readonly entries: number | undefined })[]
  /** Nodes that would keep copies of other data than that of the stores below, and would serve them. */
  readonly stale: readonly PlannedNode[]
  /** Nodes that would look for keys in other children than those that hold them. */
  readonly misplaced: readonly (PlannedNode & Misplaced)[]
}

/** Decisions about data that a change of a stack would lose or hide. Without a decision the change is refused. */
export interface ApplyOptions {
  /** Discard values that exist nowhere else. Default false. */
  readonly discard?: boolean | undefined
  /** Keep serving the copies of other data that a node holds. Default false. */
  readonly keepStale?: boolean | undefined
  /**
   * `move`: keys are moved in the background, and are found in the meantime. If the process is killed before all have
   * moved, open the previous document and apply this change again; after `onMoved` that is no longer necessary.
   * `leave`: keys stay where they are, and are not found.
   */
  readonly misplaced?: 'move' | 'leave' | undefined
  /**
   * Called with a failure after the change was made, or while it was undone: a store that did not close, or keys that
   * could not be moved. Such keys are found in their old place as long as the stack runs. If a later attempt may
   * succeed, the move is repeated until it does, and `close` waits for that.
   */
  readonly onBackgroundError?: ((error: unknown) => void) | undefined
  /** Called once every key of the change has moved. Until then, keep the previous document. */
  readonly onMoved?: (() => void) | undefined
  /** Milliseconds after which running streams are ended. Default 1,000. */
  readonly streamWait?: number | undefined
  /** Further milliseconds after which the change fails if calls are still running. Default 30,000. */
  readonly callWait?: number | undefined
}

/** An open stack. */
export interface Stack {
  readonly name: string
  /** The store of the root, through which the stack is used. It stays the same if another node becomes the root. */
  readonly store: BinaryDatastore
  /** The document it was opened from, with an id on every node. */
  readonly document: StackDocument
  /** Every node, each before its children. */
  readonly nodes: readonly StackNode[]
  /** Whether every key is in its place: false while a change moves keys, and if a key could not be moved. */
  readonly isSettled: boolean
  /** @throws DatastoreError `CONFIG_INVALID` if no node has this id. */
  node(id: string): StackNode
  /**
   * Reports every call of every node when it ends, for calls that begin from now on. It costs nothing without a listener.
   * @returns A function that removes the listener.
   */
  trace(listener: SpanListener): () => void
  /** Counts the calls of every node until it is stopped. It costs as much as a trace. */
  measure(): StackMetrics
  /**
   * Finds where the values of keys are. Asks every leaf and every store of copies that may have a key directly. No value
   * is copied, and no read is counted or changes an eviction order. If a place fails, its entry says so.
   * @returns One result for each key, in the order of `keys`.
   */
  residency(keys: readonly Key[], options?: ResidencyOptions): Promise<readonly Residency[]>
  /**
   * The value that one node has for a key, as it would be seen through the stack. Unlike a read, it does not change what
   * caches hold.
   * @param node The id of a node that `residency` has named.
   * @throws DatastoreError `NOT_FOUND`, or `VALUE_INVALID` if it has more than `maxBytes`, by default 16 MiB.
   */
  readAt(node: string, key: Key, options?: CallOptions & { readonly maxBytes?: number }): Promise<ValueAtNode>
  /**
   * What `apply` would do. Changes nothing. Nodes are matched with running nodes by id, and nodes without an id
   * by their options and position.
   * @throws ConfigError naming the path of the problem.
   */
  plan(document: unknown, options?: CallOptions): Promise<StackPlan>
  /**
   * Changes the running stack to another document, completely or not at all. New calls wait until running calls have
   * ended. Removed nodes flush their writes. Unchanged nodes stay open with what they hold. So acknowledged writes are
   * seen after the change, and calls on one key keep their order. Streams continue unless the store that they read from
   * closes; then they fail with `CLOSED` after `streamWait`. Watches continue, with one `resync`. Changes are made one after
   * another.
   * @throws ConfigError for an invalid document; `CONFLICT` if data would be lost without a decision, `IO` if
   * acknowledged writes cannot be flushed, `TIMEOUT` if a call does not end. Then the stack is unchanged.
   */
  apply(document: unknown, options?: ApplyOptions): Promise<StackPlan>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
