import { contract, type ProcedureName } from '../../../shared/contract.ts'
import type { Reply } from '../../../shared/values.ts'
import { BadInputError } from './bad-input.ts'
import { assertBounded } from './bounded-input.ts'
import type { Call, HandlersOf } from './call.ts'
import { describeFailure, type Log } from './describe-failure.ts'

export type Handlers = HandlersOf<typeof contract>

/** Parses the input of one call, runs its handler, and answers with a value whatever happens. */
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
