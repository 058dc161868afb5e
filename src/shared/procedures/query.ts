import { z } from 'zod'
import { MAX_QUERY_TEXT, MAX_RESULT_KEYS, MAX_RESULT_ROWS } from '../contract-constants.ts'
import { done, keyText, procedure, sessionId } from '../values.ts'

/** JSON, as the query of the library is written. */
const queryText = z.string().max(MAX_QUERY_TEXT)

/** What is wrong with an invalid query. */
const queryProblem = z.strictObject({
  message: z.string(),
  /** Where the JSON ends to be JSON, in UTF-16 code units. */
  offset: z.number().int().optional(),
  /** Where in the query the fault is: `where.and[1].op`. */
  path: z.string().optional(),
})
export type QueryProblem = z.infer<typeof queryProblem>

const queryCost = z.strictObject({
  /** What has to be read of each key: nothing else, its size and time, or its value. */
  reads: z.enum(['keys', 'stats', 'values']),
  /** Keys below the prefix, where they are known. */
  keys: z.number().int().optional(),
  /** Paths into the values that rows have columns for. */
  columns: z.array(z.string()),
})
export type QueryCost = z.infer<typeof queryCost>

const queryReport = z.strictObject({
  /** Grows with each change of what the rows are. */
  version: z.number().int(),
  /** Rows that there are now. */
  rows: z.number().int(),
  /** The number of matching entries so far, including those past the limit that were examined. */
  found: z.number().int(),
  /** Keys that were examined, of `total`. */
  searched: z.number().int(),
  total: z.number().int(),
  /** Whether there are no more than `total` keys to examine. */
  isTotalExact: z.boolean(),
  /** Bytes of values that were read. */
  bytesRead: z.number(),
  /** Keys whose value could not be read. */
  problems: z.number().int(),
  /** Milliseconds that the run took. */
  elapsed: z.number(),
  /** Nothing more will come. */
  isLast: z.boolean(),
  isStopped: z.boolean(),
  /** There are more answers than a run keeps. */
  isCut: z.boolean(),
})
export type QueryReport = z.infer<typeof queryReport>

const resultRow = z.strictObject({
  key: keyText,
  size: z.number().optional(),
  mtime: z.number().optional(),
  /** The text around what was found in the value. */
  excerpt: z.strictObject({ text: z.string(), start: z.number().int(), end: z.number().int() }).optional(),
  /** What the value has at each of the columns. */
  columns: z.array(z.string().nullable()).optional(),
  /** What happened to the key since it was found; only if rows are checked again. */
  state: z.enum(['changed', 'deleted', 'unreadable']).optional(),
})
export type ResultRow = z.infer<typeof resultRow>

const query = z.strictObject({ query: z.string() })
const range = { offset: z.number().int().min(0) }

export const queryProcedures = {
  /** Checks a query and says what it would cost. Runs nothing. */
  'query.describe': procedure(
    z.strictObject({ session: sessionId, text: queryText }),
    z.strictObject({ problem: queryProblem.optional(), cost: queryCost.optional() }),
  ),
  /** Begins a run. It ends automatically, by `query.stop`, or with the page; its rows stay until `query.close`. */
  'query.open': procedure(
    z.strictObject({ session: sessionId, text: queryText }),
    query.extend({ reads: queryCost.shape.reads, columns: queryCost.shape.columns }),
  ),
  /** Resolves when there is something newer than `version`. */
  'query.next': procedure(
    z.strictObject({ query: z.string(), version: z.number().int().optional() }),
    queryReport,
  ),
  'query.rows': procedure(
    z.strictObject({
      query: z.string(),
      ...range,
      limit: z.number().int().min(1).max(MAX_RESULT_ROWS),
      /** Check each key again: its current size and time, and whether it was changed or deleted. */
      look: z.boolean().optional(),
    }),
    z.strictObject({ rows: z.array(resultRow), version: z.number().int() }),
  ),
  /** The keys of rows, in the order that is shown. */
  'query.keys': procedure(
    z.strictObject({ query: z.string(), ...range, limit: z.number().int().min(1).max(MAX_RESULT_KEYS) }),
    z.strictObject({ keys: z.array(keyText) }),
  ),
  /** Sorts the rows that are there; those that come later follow until the run is at its end. Without `by`, as found. */
  'query.sort': procedure(
    z.strictObject({
      query: z.string(),
      by: z.enum(['key', 'size', 'mtime']).optional(),
      descending: z.boolean().optional(),
    }),
    done,
  ),
  'query.problems': procedure(
    query,
    z.strictObject({ problems: z.array(z.strictObject({ key: keyText, message: z.string() })) }),
  ),
  /** Ends the run and keeps its rows. */
  'query.stop': procedure(query, done),
  'query.close': procedure(query, done),
}
