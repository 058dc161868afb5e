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
  /** A private folder of the program, where branches wait that are set aside. Default: none. */
  readonly setAside?: string | undefined
  /** The kinds that the document may use. Default: all that this library has. */
  readonly registry?: Registry | undefined
  /** Has the secrets that documents name. Default: none, and a document that names one does not open. */
  readonly secrets?: SecretSource | undefined
  /** Called when a node tells of its server or its data. What `change` does not name stays as it was told last. */
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
  /** Where the node stands in the document, as `root.tiers[1]`. */
  readonly path: string
  /** 0 for the root. */
  readonly depth: number
  /**
   * The store, with all that its class offers. Its calls and those of the node above take effect in call order. It stays
   * as long as the node does; what it offers beside the contract is of now, and ends where the node is opened again.
   */
  readonly store: BinaryDatastore
  readonly children: readonly StackNode[]
}

/** A node of a stack that runs, or of the document that is to take its place. */
export interface PlannedNode extends Pick<StackNode, 'id' | 'kind' | 'label' | 'path'> {
  readonly fate: Fate
}

/** What `apply` would do. */
export interface StackPlan {
  /** The document, with an id on every node. */
  readonly document: StackDocument
  /** Every node of the document, each before its children, then those that go. */
  readonly nodes: readonly PlannedNode[]
  /** Nodes whose values are nowhere else and would be gone, with how many they are. */
  readonly lost: readonly (PlannedNode & { readonly entries: number | undefined })[]
  /** Nodes that would drop copies of values that are also below them, with how many they are. */
  readonly dropped: readonly (PlannedNode & { readonly entries: number | undefined })[]
  /** Nodes that would be left with copies of other data than those below them, and would serve them. */
  readonly stale: readonly PlannedNode[]
  /** Nodes that would look for keys in other children than those that have them. */
  readonly misplaced: readonly (PlannedNode & Misplaced)[]
}

/** What may become of data where a change of a stack would lose or hide some. Without a decision it is refused. */
export interface ApplyOptions {
  /** Let go of values that are nowhere else. Default false. */
  readonly discard?: boolean | undefined
  /** Serve the copies that a node holds of other data. Default false. */
  readonly keepStale?: boolean | undefined
  /**
   * `move`: keys go where they belong in the background, and are found meanwhile. A process that is killed before they
   * have moved needs the document of before, and this change again; `onMoved` tells when it is not needed any more.
   * `leave`: they are not found.
   */
  readonly misplaced?: 'move' | 'leave' | undefined
  /**
   * Called with what failed after the change was made, or while it was taken back: a store that did not close, or keys
   * that could not be moved, which are found where they are as long as the stack runs. Where a later attempt may move
   * them, it is made again until it does, and `close` waits for that.
   */
  readonly onBackgroundError?: ((error: unknown) => void) | undefined
  /** Called once every key of the change is where it belongs: until then the document of before has to be kept. */
  readonly onMoved?: (() => void) | undefined
  /** Milliseconds that running calls may take, until streams among them are ended. Default 1,000. */
  readonly streamWait?: number | undefined
  /** Milliseconds that running calls may take after that, until the change is given up. Default 30,000. */
  readonly callWait?: number | undefined
}

/** An open stack. */
export interface Stack {
  readonly name: string
  /** What the stack is used through: the root, whichever node that is. */
  readonly store: BinaryDatastore
  /** The document it was opened from, with an id on every node. */
  readonly document: StackDocument
  /** Every node, each before its children. */
  readonly nodes: readonly StackNode[]
  /** Whether every key is where the document puts it: not while a change moves keys, nor where one could not be moved. */
  readonly isSettled: boolean
  /** @throws DatastoreError `CONFIG_INVALID` when no node has this id. */
  node(id: string): StackNode
  /**
   * Tells of every call that begins from now on, in every node, as it ends. Free while nobody listens.
   * @returns Ends it.
   */
  trace(listener: SpanListener): () => void
  /** Counts the calls in every node from now on, until it is stopped: until then it costs what a trace costs. */
  measure(): StackMetrics
  /**
   * Tells where the values of keys are, in the order of `keys`: each leaf, and each store of copies, that may have the
   * key is asked directly. No value is copied, counted or marked as used. A place that fails says so.
   */
  residency(keys: readonly Key[], options?: ResidencyOptions): Promise<readonly Residency[]>
  /**
   * The value that one node has of a key of the caller, as it would be seen through the stack; without an effect of a
   * read.
   * @param node The node of one of the places that `residency` tells.
   * @throws DatastoreError `NOT_FOUND`, and `VALUE_INVALID` where it has more than `maxBytes`, by default 16 MiB.
   */
  readAt(node: string, key: Key, options?: CallOptions & { readonly maxBytes?: number }): Promise<ValueAtNode>
  /**
   * Tells what `apply` would do, without doing any of it. A node is the one that runs under its id; one without an id is
   * taken for the node that it was.
   * @throws ConfigError naming the path of what is wrong.
   */
  plan(document: unknown, options?: CallOptions): Promise<StackPlan>
  /**
   * Changes the stack that runs into another, as a whole or not at all. New calls wait, those that run end; what leaves
   * flushes, and nodes that are not changed stay open, with what they hold. So whatever was acknowledged before is seen
   * after, and calls on a key keep their order. Streams go on, unless the store that they read from closes: after a
   * second they fail with \`CLOSED\`. Watches go on, with \`resync\`. Changes are made one after another.
   * @throws ConfigError for the document, `CONFLICT` where data would go without a decision, `IO` where acknowledged
   * writes cannot be flushed, `TIMEOUT` where a call does not end. Then the stack is what it was.
   */
  apply(document: unknown, options?: ApplyOptions): Promise<StackPlan>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
