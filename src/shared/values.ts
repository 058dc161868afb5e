import { z } from 'zod'
import { ERROR_CODES } from '../core/errors.ts'

/** Bytes that one call may carry; larger values go through streams and uploads. */
export const MAX_CALL_BYTES = 16 * 1024 * 1024

/** Characters that a key may have on its way to the host. */
export const MAX_KEY_LENGTH = 65_536

/** Rows or children that one call may ask for. */
export const MAX_PAGE = 10_000

export const sessionId = z.string().min(1).max(64)
export const keyText = z.string().max(MAX_KEY_LENGTH)
export const bytes = z.custom<Uint8Array>(value => value instanceof Uint8Array, 'expected bytes')
export const callBytes = bytes.refine(
  value => value.length <= MAX_CALL_BYTES,
  `one call carries at most ${MAX_CALL_BYTES} bytes`,
)
export const byteOffset = z.number().int().nonnegative()
export const nothing = z.strictObject({})
export const done = z.strictObject({ done: z.literal(true) })

export const accuracy = z.enum(['exact', 'lower-bound', 'approximate', 'unknown'])

export const stat = z.strictObject({
  size: z.number(),
  mtime: z.number().optional(),
  btime: z.number().optional(),
  atime: z.number().optional(),
  etag: z.string(),
  expires: z.number().optional(),
  expiresHere: z.boolean().optional(),
})
export type StatValue = z.infer<typeof stat>

export const failure = z.strictObject({
  /** A core error code, or `BAD_INPUT` for a call that does not fit its schema, `UNKNOWN` for a defect. */
  code: z.enum([...ERROR_CODES, 'BAD_INPUT', 'UNKNOWN']),
  message: z.string(),
  /** The text of the key the failure is about. */
  key: z.string().optional(),
  /** Whether only the lock of the session refused it. */
  isLocked: z.boolean().optional(),
  /** Where in a stack document the failure is, as `root.tiers[1].path`. */
  path: z.string().optional(),
  /** What is wrong at `path`; the message names the place too. */
  problem: z.string().optional(),
  /** Names the failure in the host's log of failures, which has its causes. */
  id: z.string().optional(),
})
export type Failure = z.infer<typeof failure>
export type FailureCode = Failure['code']

/** What comes back from every call. Failures are values, because error fields do not survive structured clone. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Failure }

/** One call from the page to the host: what goes in, what comes out. */
export interface Procedure<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly input: Input
  readonly output: Output
}

export function procedure<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): Procedure<Input, Output> {
  return { input, output }
}
