import type { z } from 'zod'
import { contract, type ProcedureName } from '../../../shared/contract.ts'
import type { Procedure, Reply } from '../../../shared/values.ts'
import type { Page } from '../host-parts.ts'
import { BadInputError, describeFailure, type Log } from './describe-failure.ts'

export type Handlers = HandlersOf<typeof contract>

/** Parses the input of one call, runs its handler, and always resolves to a reply. */
export async function dispatch(
  handlers: Handlers,
  name: unknown,
  input: unknown,
  call: Call,
  log: Log,
): Promise<Reply<unknown>> {
  try {
    const procedure = procedureName(name)
    assertBounded(input)
    const parsed: unknown = contract[procedure].input.parse(input)
    const handler = handlers[procedure] as (input: unknown, call: Call) => unknown
    return { ok: true, value: await handler(parsed, call) }
  } catch (error) {
    return { ok: false, error: describeFailure(error, log) }
  }
}

function procedureName(name: unknown): ProcedureName {
  if (typeof name === 'string' && Object.hasOwn(contract, name)) return name as ProcedureName
  const shown = typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : `a ${typeof name}`
  throw new BadInputError(`There is no procedure ${shown}`)
}

const MAX_DEPTH = 200

/**
 * The maximum number of values in the input of one call; each item and each field counts. A schema would report every
 * single one.
 */
const MAX_VALUES = 50_000

/**
 * Refuses inputs that would keep a schema busy: structured clone supports cycles, and a list of a million items is
 * cheap to send.
 * @throws BadInputError
 */
function assertBounded(input: unknown): void {
  let left = MAX_VALUES
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
    if (depth > MAX_DEPTH)
      throw new BadInputError(`The input of a call cannot be nested deeper than ${MAX_DEPTH}`)
    const items: unknown[] = Array.isArray(value) ? value : Object.values(value)
    left -= items.length
    if (left < 0) throw new BadInputError(`The input of a call cannot have more than ${MAX_VALUES} values`)
    for (const item of items) visit(item, depth + 1)
  }
  visit(input, 0)
}

/** The circumstances of one call. */
interface Call {
  /** Fires when the page cancels the call or disconnects. */
  readonly signal: AbortSignal
  readonly page: Page
}

type Handler<P extends Procedure> = (
  input: z.output<P['input']>,
  call: Call,
) => Promise<z.output<P['output']>> | z.output<P['output']>

/** One handler for each of some procedures. */
export type HandlersOf<Procedures extends Readonly<Record<string, Procedure>>> = {
  readonly [Name in keyof Procedures]: Handler<Procedures[Name]>
}
