import { BadInputError } from './bad-input.ts'

const MAX_DEPTH = 200

/** Values that one call may carry, each item and each field being one; a schema would complain of every single one. */
const MAX_VALUES = 50_000

/**
 * Refuses what would keep a schema busy: structured clone carries cycles, and a list of a million items is cheap to send.
 * @throws BadInputError
 */
export function assertBounded(input: unknown): void {
  let left = MAX_VALUES
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
    if (depth > MAX_DEPTH) throw new BadInputError('A call cannot be nested this deep')
    const items: unknown[] = Array.isArray(value) ? value : Object.values(value)
    left -= items.length
    if (left < 0) throw new BadInputError(`A call cannot carry more than ${MAX_VALUES} values`)
    for (const item of items) visit(item, depth + 1)
  }
  visit(input, 0)
}
