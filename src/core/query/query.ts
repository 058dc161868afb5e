/** A value to compare with. Never coerced: a number meets numbers, a string meets strings. */
export type Scalar = string | number | boolean | null

export type Comparison = '<' | '<=' | '=' | '!=' | '>=' | '>'

/**
 * A condition on one entry. `field` is `key` (its text), `size`, `mtime`, or `value.<path>` for a field of an
 * object value (`value.address.city`). A missing field or a value of another type is not a match.
 */
export type Condition =
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly field: string; readonly op: Comparison; readonly value: Scalar }
  | { readonly field: string; readonly op: 'in'; readonly value: readonly Scalar[] }
  | { readonly field: string; readonly op: 'prefix' | 'contains' | 'matches'; readonly value: string }
  | { readonly field: string; readonly op: 'exists' }

export interface Order {
  readonly field: string
  readonly descending?: boolean | undefined
}

/** A question to a store, in plain JSON. Applied in this order: where, orderBy, after, offset, limit. */
export interface Query {
  /** Select what is strictly below this key. Default `/`. */
  readonly prefix?: string | undefined
  /** Go below the first level. Default true. */
  readonly recursive?: boolean | undefined
  readonly where?: Condition | undefined
  /** Several orders apply in the order listed; ties go by key. Without any, entries come in key order. */
  readonly orderBy?: readonly Order[] | undefined
  readonly offset?: number | undefined
  /** 0 gives nothing; absent means all. */
  readonly limit?: number | undefined
  /** Start strictly past this key. */
  readonly after?: string | undefined
  readonly keysOnly?: boolean | undefined
  readonly withStat?: boolean | undefined
}

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined
  /** Allow an answer by scanning where the store cannot answer by itself. Default false: `QUERY_UNSUPPORTED`. */
  readonly scan?: boolean | undefined
}

/** Where the clauses of a query run. */
export interface QueryPlan {
  /** The store, by its kind or its class. */
  readonly store: string
  /** Clauses this store answers by itself. */
  readonly native: readonly string[]
  /** Clauses that the shared engine answers over what this store gives it. */
  readonly scanned: readonly string[]
  readonly children?: readonly QueryPlan[] | undefined
}
