import type { CallOptions } from '../datastore.ts'

/** A value to compare with. Values are never coerced: a number matches numbers, a string matches strings. */
export type Scalar = string | number | boolean | null

export type Comparison = '<' | '<=' | '=' | '!=' | '>=' | '>'

export type TextOperator = 'prefix' | 'contains' | 'matches' | 'glob'

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
 * `contains` finds a text in a text, or as an item of a list. `exists` is true of any value, `null` included. With
 * `ignoreCase` upper and lower case are alike.
 *
 * **Values of bytes** are seen as what they say: a path leads into their JSON; `value` alone is a number, a text, `true`,
 * `false` or `null` where the JSON is one, else the text (UTF-8; other bytes become U+FFFD), and `prefix`, `contains` and
 * `matches` look at the text always. `hasBytes` finds bytes anywhere in the value, written in hexadecimal: `89 50 4e 47`.
 *
 * `glob` takes a pattern for whole keys: `*` any part of a name, `**` any names, `?` one character, `[a-z]`, `{a,b}`.
 * Without `/` at its beginning it may begin at any name.
 *
 * `matches` takes a regular expression, found anywhere in the text. It is matched in time linear in the text for any
 * expression (RE2), so untrusted expressions can be used, and `signal` ends the query between entries. RE2 has
 * no look-around, no back-references and no repetition over 1000; its `\\s`, `\\d`, `\\w` and `\\b` are ASCII, its
 * `.` leaves out line feeds only, and `\\p{…}` takes short names, such as `\\p{L}`. Other expressions are a `TypeError`.
 */
export type Condition =
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly field: string; readonly op: Comparison; readonly value: Scalar }
  | { readonly field: string; readonly op: 'in'; readonly value: readonly Scalar[] }
  | {
      readonly field: string
      readonly op: TextOperator
      readonly value: string
      readonly ignoreCase?: boolean | undefined
    }
  | { readonly field: string; readonly op: 'hasBytes'; readonly value: string }
  | { readonly field: string; readonly op: 'exists' }

/**
 * One order. Numbers come before texts, then `false`, `true` and `null`. Entries without the field, or with a list or
 * an object in it, come last in either direction.
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
  /** Select keys strictly below this key. Default `/`. */
  readonly prefix?: string | undefined
  /** Include keys below the first level. Default true. */
  readonly recursive?: boolean | undefined
  readonly where?: Condition | undefined
  /** Orders are applied in the order listed; ties are ordered by key. Default: key order. */
  readonly orderBy?: readonly Order[] | undefined
  readonly offset?: number | undefined
  /** The maximum number of entries. Default: all. */
  readonly limit?: number | undefined
  /**
   * Start strictly after this key, in the order of the answer. In key order, in either direction, it can be any key,
   * and nothing is skipped one by one. In another order the key must be an entry of the answer; otherwise the query
   * fails with `NOT_FOUND`.
   */
  readonly after?: string | undefined
  readonly keysOnly?: boolean | undefined
  readonly withStat?: boolean | undefined
}

/** Options of `query` besides the query. */
export interface QueryOptions extends CallOptions {
  /**
   * Allow scanning if the store cannot answer by itself. If false, the default, such a query fails with
   * `QUERY_UNSUPPORTED`.
   */
  readonly scan?: boolean | undefined
}

/** Where the clauses of a query are evaluated. */
export interface QueryPlan {
  /** The store, by its kind or its class. */
  readonly store: string
  /** Clauses that this store evaluates itself: `prefix`, `where.size`, `orderBy.key`, `limit` … */
  readonly native: readonly string[]
  /** Clauses that the query engine evaluates by scanning this store. If there are any, `scan` is required. */
  readonly scanned: readonly string[]
  readonly children?: readonly QueryPlan[] | undefined
}
