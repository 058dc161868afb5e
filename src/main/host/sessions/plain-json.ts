import { BadInputError } from '../calls/bad-input.ts'

const MAX_DEPTH = 200
const MAX_VALUES = 200_000

/**
 * Refuses what JSON cannot say: structured clone carries cycles, maps, dates and big integers too.
 * @throws BadInputError
 */
export function assertPlainJson(document: unknown): void {
  let left = MAX_VALUES
  const visit = (value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) throw new BadInputError('A stack document cannot be nested this deep')
    if (--left < 0) throw new BadInputError('A stack document cannot be this large')
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return
    if (typeof value === 'number' && Number.isFinite(value)) return
    if (!isPlain(value))
      throw new BadInputError('A stack document is plain JSON: text, numbers, lists, objects')
    for (const item of Object.values(value)) visit(item, depth + 1)
  }
  visit(document, 0)
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}
