import type { CallOptions } from '../datastore.ts'

/** A value to compare with. Never coerced: a number meets numbers, a string meets strings. */
export type Scalar = string | number | boolean | null

export type Comparison = '<' | '<=' | '=' | '!=' | '>=' | '>'

/**
 * A condition on one entry. `field` is `key`, `size`, `mtime`, or a path into an object value: `address.city`, or
 * `value.address.city`, which also reaches a field named `key`; `value` alone is the whole value. A list goes by index
 * (`tags.0`), a dot in a name is written `\.`.
 *
 * Nothing is coerced: numbers compare with numbers, texts with texts, by code units. A field that is missing, or of
 * another type than `value`, makes every test false, **`!=` too**: of `=` and `!=` exactly one is true where the field
 * has the type of `value`, and neither is anywhere else. The complement of `=` is `{ not: { … op: '=' } }`.
 *
 * `key` compares as keys do, segment by segment (`/a/b` < `/a-b`); `prefix`, `contains` and `matches` look at its text.
 * `contains` finds a text in a text, or as an item of a list. `exists` is true of any value, `null` included.
 *
 * `matches` takes a regular expression, found anywhere in the text. It is matched in time linear in the text, whatever the
 * expression (RE2), so an expression of anybody's can be passed on, and `signal` ends the query between entries. RE2 has
 * no look-around, no back-references and no repetition over 1000; its `\\s`, `\\d`, `\\w` and `\\b` are ASCII, its
 * `.` leaves out line feeds only, and `\\p{…}` takes short names, such as `\\p{L}`. Other expressions are a `TypeError`.
 */
export type Condition =
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly field: string; readonly op: Comparison; readonly value: Scalar }
  | { readonly field: string; readonly op: 'in'; readonly value: readonly Scalar[] }
  | { readonly field: string; readonly op: 'prefix' | 'contains' | 'matches'; readonly value: string }
  | { readonly field: string; readonly op: 'exists' }

/**
 * One order. Numbers come before texts, then `false`, `true` and `null`; entries without the field, or with a list or an
 * object in it, come last in either direction.
 */
export interface Order {
  /** As in a condition. */
  readonly field: string
  readonly descending?: boolean | undefined
}

/**
 * A question to a store, in plain JSON. Applied in this order: where, orderBy, after, offset, limit.
 *
 * The answer is given as it is found, except where an order asks for something else than the key: then every entry is
 * looked at first, and with a limit no more than `offset + limit` of them are kept. Keys that come or go meanwhile may
 * or may not be seen; no key is given twice.
 */
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
  /**
   * Start strictly past this key, in the order of the answer. In key order, either way, any key will do and nothing is
   * skipped one by one. In another order the key has to be an entry of the answer; otherwise `NOT_FOUND`.
   */
  readonly after?: string | undefined
  readonly keysOnly?: boolean | undefined
  readonly withStat?: boolean | undefined
}

/** What `query` takes besides the query. */
export interface QueryOptions extends CallOptions {
  /** Allow an answer by scanning where the store cannot answer by itself. Default false: `QUERY_UNSUPPORTED`. */
  readonly scan?: boolean | undefined
}

/** Where the clauses of a query run. */
export interface QueryPlan {
  /** The store, by its kind or its class. */
  readonly store: string
  /** Clauses this store answers by itself: `prefix`, `where.size`, `orderBy.key`, `limit` … */
  readonly native: readonly string[]
  /** Clauses that the shared engine answers over what this store gives it. Where there are any, `scan` is needed. */
  readonly scanned: readonly string[]
  readonly children?: readonly QueryPlan[] | undefined
}
