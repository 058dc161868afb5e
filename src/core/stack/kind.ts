import type { z } from 'zod'
import type { BinaryDatastore, CallOptions } from '../datastore.ts'
import { ConfigError } from './config-error.ts'
import type { ConnectionReport } from './connection-report.ts'
import type { SecretReference } from './secret.ts'

/** What a node is opened with besides its own options. */
export interface OpenContext {
  /** The node's id. */
  readonly id: string
  /** The path of the node in the document, such as `root.tiers[1]`; errors begin with it. */
  readonly path: string
  /** The ids of the node's children, in order. */
  readonly childIds: readonly string[]
  /** The name of each child in the document, in order, if `children` is `keyed`. */
  readonly childKeys: readonly string[]
  /** The folder that relative paths are resolved against; absent if the document is not in a file. */
  readonly baseDirectory?: string | undefined
  /** Whether files may be read and written on the calling thread where that is faster. */
  readonly inlineFiles: boolean
  /** A private folder of the program for branches that are set aside; absent if there is none. */
  readonly setAside?: string | undefined
  /**
   * The value of a secret.
   * @param option The name of the option, such as `password`, for errors.
   * @throws ConfigError if there is no secret of that name, or no source of secrets.
   */
  secret(reference: SecretReference, option: string): Promise<string>
  /** Reports the state of the node's server or data. Fields that `change` does not contain keep their last value. */
  readonly report: (change: NodeStatus) => void
}

/** What an open node reports about its server or data. Empty if all is well. */
export interface NodeStatus {
  /** Set while the server is unreachable. The node reconnects automatically. */
  readonly lost?: LostServer | undefined
  /** Set while the node builds its index of keys. */
  readonly indexing?: Indexing | undefined
}

export interface LostServer {
  /** Milliseconds since 1970. */
  readonly since: number
  /** Names the server and the problem. It contains no secret. */
  readonly reason: string
}

export interface Indexing {
  /** Keys found so far. */
  readonly keys: number
  /** The total number of keys, if known. It may change in the meantime. */
  readonly of?: number | undefined
}

/** How keys move when the options or the children of a node change. */
export interface Placing<Options = Record<string, unknown>> {
  /**
   * `moving`: keys are being moved, so the node cannot be changed. `stopped`: some keys did not reach their new place.
   */
  state(store: BinaryDatastore): 'settled' | 'moving' | 'stopped'
  /** Whether the ids of the children decide, so that a child that is wrapped gets other keys. */
  goesByIds(options: Options): boolean
  /**
   * The number of keys that the node would look for in another child than the one that has them.
   * @param children In the order of the new list; a child that is not open yet is an empty store.
   */
  misplaced(
    store: BinaryDatastore,
    options: Options,
    children: readonly BinaryDatastore[],
    childIds: readonly string[],
    call: CallOptions,
  ): Promise<Misplaced>
  /**
   * Uses new options and children from now on. Reads find a key in its old place until it has moved.
   * @returns Resolves once every key has moved. Children that are no longer in the list stay open until then.
   */
  move(
    store: BinaryDatastore,
    options: Options,
    children: readonly BinaryDatastore[],
    childIds: readonly string[],
    call: CallOptions,
  ): Promise<void>
  /** Continues a move that has stopped. */
  resume(store: BinaryDatastore): Promise<void>
}

/** The number of keys that would have to move, out of a total. */
export interface Misplaced {
  readonly keys: number
  readonly of: number
}

/** How a kind recognises what a person names. */
export interface Recognition {
  /** The URL schemes that the option `url` accepts, without the colon: `['redis', 'rediss']`. */
  readonly protocols?: readonly string[] | undefined
  /**
   * The options for what is at an absolute path; `undefined` if it is not of this kind. It only reads: the place may be
   * in use, or damaged.
   */
  readonly place?: ((path: string) => Promise<Record<string, unknown> | undefined>) | undefined
}

/** One kind of node: the single description from which it is opened, validated, edited and documented. */
export interface Kind<Schema extends z.ZodObject = z.ZodObject> {
  /** Its name in documents: `tiered`. */
  readonly kind: string
  /** Its name for people: `Tiered`. */
  readonly label: string
  /** Its purpose, in one or two sentences. */
  readonly help: string
  /**
   * The node's own options: everything but `kind`, `id`, `label` and the children. Its meta may say, as `x-wrap`, what
   * people call putting such a node around another, and kinds of new nodes that come before it; and as
   * `x-places-keys` that the options and the list of children decide which child holds a key. The meta of an option may
   * say, as `x-words`, how people say it, with `{}` for its value: `at most {} entries`; as `x-unit`, that a number
   * counts `bytes`; as `x-labels`, what people call its values, and as `x-meanings`, what those mean; and, as
   * `x-applies`, with which values of other options it has an effect.
   */
  readonly schema: Schema
  readonly children: 'none' | 'one' | 'many' | 'keyed'
  /** The field that holds the children; needed unless `children` is `none`. */
  readonly childrenField?: string | undefined
  /** The role of each of `many` children, if their number is fixed: `['values', 'links']`. */
  readonly childRoles?: readonly string[] | undefined
  /**
   * Which data a node shows, to determine whether a change of a stack keeps it. `below`: the data of its only or its last
   * child; other children hold copies of it. Otherwise the options that, with the children, identify the data. Default:
   * all options.
   */
  readonly data?: 'below' | readonly string[] | undefined
  /**
   * Whether a node holds nothing about the stores below it, such as copies or a log. Then it continues when they get
   * other data; otherwise it is opened again. Default false.
   */
  readonly isStateless?: boolean | undefined
  /**
   * The number of values of the stores below that a node holds in its own memory, which are lost when it is opened
   * again. For kinds with such a memory.
   */
  readonly copies?: ((store: BinaryDatastore) => Promise<number>) | undefined
  /**
   * Whether what it opens can be open only once at a time. Then a changed node closes before its successor opens;
   * otherwise after, so that the change can be undone without opening anything again. Default false.
   */
  readonly isExclusive?: boolean | undefined
  /** For kinds whose options and list of children decide which child holds a key. */
  readonly placing?: Placing<z.output<Schema>> | undefined
  /** For kinds of folders, files or servers. Kinds are asked in the order of their registry. */
  readonly recognition?: Recognition | undefined
  /**
   * Tries to connect to the server that the options name, for kinds that have one. Failures are in the report; nothing
   * on the server is changed.
   */
  readonly test?: ((options: z.output<Schema>, context: OpenContext) => Promise<ConnectionReport>) | undefined
  /** Opens the node over its open children. A `ConfigError` names the invalid option. */
  open(
    options: z.output<Schema>,
    children: readonly BinaryDatastore[],
    context: OpenContext,
  ): Promise<BinaryDatastore>
}

/** Gives a kind its precise option types. */
export function defineKind<Schema extends z.ZodObject>(kind: Kind<Schema>): Kind {
  // Options are always parsed with this schema before they reach `open`.
  return kind
}

/** The store below a node of one child. */
export function onlyChild(children: readonly BinaryDatastore[], path: string): BinaryDatastore {
  const [store] = children
  if (store === undefined) throw new ConfigError(path, 'it needs one store below')
  return store
}
