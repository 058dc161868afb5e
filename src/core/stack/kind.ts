import type { z } from 'zod'
import type { BinaryDatastore } from '../datastore.ts'

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
   * `x-places-keys` that the options and the list of children decide which child holds a key.
   */
  readonly schema: Schema
  readonly children: 'none' | 'one' | 'many' | 'keyed'
  /** The field that holds the children; needed unless `children` is `none`. */
  readonly childrenField?: string | undefined
  /** What each of `many` children is for, where there are so many and no more: `['values', 'links']`. */
  readonly childRoles?: readonly string[] | undefined
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
