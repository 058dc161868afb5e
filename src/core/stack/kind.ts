import type { z } from 'zod'
import type { BinaryDatastore, CallOptions } from '../datastore.ts'
import type { ConnectionReport } from './connection-report.ts'
import type { NodeStatus } from './node-status.ts'
import type { SecretReference } from './secret.ts'

/** What a node is opened with besides its own options. */
export interface OpenContext {
  /** The node's id. */
  readonly id: string
  /** Where the node stands in the document, as `root.tiers[1]`; errors begin with it. */
  readonly path: string
  /** The ids of the node's children, in order. */
  readonly childIds: readonly string[]
  /** What each child is called in the document, in order, where `children` is `keyed`. */
  readonly childKeys: readonly string[]
  /** The folder that relative paths start from; absent when the document is not in a file. */
  readonly baseDirectory?: string | undefined
  /** Whether files may be read and written on the calling thread where that is faster. */
  readonly inlineFiles: boolean
  /**
   * The value of a secret.
   * @param option The option that names it, as `password`; errors say it.
   * @throws ConfigError where there is none of that name, or no way to look it up.
   */
  secret(reference: SecretReference, option: string): Promise<string>
  /** Tells of the server or the data of the node. What `change` does not name stays as it was told last. */
  readonly report: (change: NodeStatus) => void
}

/** How keys change place when the options or the children of a node change. */
export interface Placing<Options = Record<string, unknown>> {
  /** `moving`: keys are on their way, so the node cannot be changed. `stopped`: some did not get where they belong. */
  state(store: BinaryDatastore): 'settled' | 'moving' | 'stopped'
  /** Whether the ids of the children decide, so that a child that is wrapped gets other keys. */
  goesByIds(options: Options): boolean
  /**
   * How many keys the node would look for in another child than the one that has them.
   * @param children In the order of the new list; one that is not open yet is an empty store.
   */
  misplaced(
    store: BinaryDatastore,
    options: Options,
    children: readonly BinaryDatastore[],
    childIds: readonly string[],
    call: CallOptions,
  ): Promise<Misplaced>
  /**
   * Goes by new options and children from now on: reads find a key where it was until it has moved.
   * @returns Resolves once every key has moved. Children that are no longer in the list stay open until then.
   */
  move(
    store: BinaryDatastore,
    options: Options,
    children: readonly BinaryDatastore[],
    childIds: readonly string[],
    call: CallOptions,
  ): Promise<void>
  /** Goes on with a move that has stopped. */
  resume(store: BinaryDatastore): Promise<void>
}

/** Keys that would have to move, of so many. */
export interface Misplaced {
  readonly keys: number
  readonly of: number
}

/** How a kind knows what it can open of what a person names. */
export interface Recognition {
  /** What the addresses begin with that the option `url` takes, without the colon: `['redis', 'rediss']`. */
  readonly protocols?: readonly string[] | undefined
  /**
   * The options for what stands at an absolute path; `undefined` where that is of no such kind. It only looks: what it
   * finds may be in use, or damaged.
   */
  readonly place?: ((path: string) => Promise<Record<string, unknown> | undefined>) | undefined
}

/** One kind of node: the single description from which it is opened, validated, edited and documented. */
export interface Kind<Schema extends z.ZodObject = z.ZodObject> {
  /** Its name in documents: `tiered`. */
  readonly kind: string
  /** Its name for people: `Tiered`. */
  readonly label: string
  /** What it is for, in one or two sentences. */
  readonly help: string
  /**
   * The node's own options: everything but `kind`, `id`, `label` and the children. Its meta may say, as `x-wrap`, what
   * people call putting such a node around another, and kinds of new nodes that come before it; and as
   * `x-places-keys` that the options and the list of children decide which child holds a key. The meta of an option may
   * say, as `x-words`, how people say it, with `{}` for its value: `at most {} entries`.
   */
  readonly schema: Schema
  readonly children: 'none' | 'one' | 'many' | 'keyed'
  /** The field that holds the children; needed unless `children` is `none`. */
  readonly childrenField?: string | undefined
  /** What each of `many` children is for, where there are so many and no more: `['values', 'links']`. */
  readonly childRoles?: readonly string[] | undefined
  /**
   * Which data a node shows, to tell whether a change of a stack leaves them the same. `below`: those of its only or its
   * last child; other children hold copies of them. Else the options that, with the children, say which. Default: all
   * options.
   */
  readonly data?: 'below' | readonly string[] | undefined
  /**
   * Whether a node holds nothing of the stores below it, such as copies or a log. Then it goes on where those come to
   * hold other data; else it is opened again. Default false.
   */
  readonly isStateless?: boolean | undefined
  /**
   * How many values of the stores below a node holds in memory of its own, which go when it is opened again. For a kind
   * that has such a memory beside its children.
   */
  readonly copies?: ((store: BinaryDatastore) => Promise<number>) | undefined
  /**
   * Whether what it opens can be open once at a time. Then a changed node closes before its successor opens; else after,
   * so that the change can be taken back without opening anything again. Default false.
   */
  readonly isExclusive?: boolean | undefined
  /** For a kind that decides by its options and the list of its children which of them holds a key. */
  readonly placing?: Placing<z.output<Schema>> | undefined
  /** For a kind of places or servers. Kinds are asked in the order of their registry. */
  readonly recognition?: Recognition | undefined
  /**
   * Tries to reach the server that the options name, for a kind that has one. What fails is in the report; nothing is
   * changed there.
   */
  readonly test?: ((options: z.output<Schema>, context: OpenContext) => Promise<ConnectionReport>) | undefined
  /** Opens the node over its open children. A `ConfigError` names the option that is wrong. */
  open(
    options: z.output<Schema>,
    children: readonly BinaryDatastore[],
    context: OpenContext,
  ): Promise<BinaryDatastore>
}

/** Gives a kind its precise option types. */
export function defineKind<Schema extends z.ZodObject>(kind: Kind<Schema>): Kind {
  // Options reach `open` only after they were parsed with this very schema.
  return kind
}
