import { BadInputError } from '../calls/bad-input.ts'

/**
 * Refuses what JSON cannot say: structured clone carries maps, dates and big integers, too.
 * @param document Without cycles, and not nested too deep for the stack.
 * @throws BadInputError
 */
export function assertPlainJson(document: unknown): void {
  if (document === null || typeof document === 'string' || typeof document === 'boolean') return
  if (typeof document === 'number' && Number.isFinite(document)) return
  if (!isPlain(document))
    throw new BadInputError('A stack document is plain JSON: text, numbers, lists, objects')
  for (const item of Object.values(document)) assertPlainJson(item)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}
