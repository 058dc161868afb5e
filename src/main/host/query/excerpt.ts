import { hexBytes, patternOf } from '../../../core/query/condition.ts'
import type { Condition } from '../../../core/query/query.ts'
import { ValueView } from '../../../core/query/value-view.ts'

/** The text around a match. */
export interface Excerpt {
  readonly text: string
  /** Where the match begins and ends in `text`. */
  readonly start: number
  readonly end: number
}

/** A function that finds the first match of the first condition on the whole value; `undefined` if there is none. */
export function finderOf(
  where: readonly Condition[],
): ((view: ValueView) => readonly [number, number] | undefined) | undefined {
  for (const condition of where.flatMap(leavesOf)) {
    if (!('field' in condition) || condition.field !== 'value') continue
    if (condition.op === 'matches') {
      const pattern = patternOf(condition.value, condition.ignoreCase)
      return view => pattern.find(view.text)
    }
    if (condition.op === 'contains' || condition.op === 'prefix') {
      const { value, ignoreCase = false } = condition
      const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text)
      return view => {
        const start = fold(view.text).indexOf(fold(value))
        return start < 0 ? undefined : [start, start + value.length]
      }
    }
    if (condition.op === 'hasBytes') {
      const bytes = hexBytes(condition.value) ?? new Uint8Array()
      return view => {
        const at = asBuffer(view.content).indexOf(bytes)
        if (at < 0) return undefined
        const start = new ValueView(view.content.subarray(0, at)).text.length
        return [start, start + new ValueView(bytes).text.length]
      }
    }
  }
  return undefined
}

function leavesOf(condition: Condition): readonly Condition[] {
  if ('and' in condition) return condition.and.flatMap(leavesOf)
  return 'or' in condition ? condition.or.flatMap(leavesOf) : [condition]
}

/** The maximum number of characters before the match. */
const BEFORE = 24
/** The maximum number of characters of an excerpt. */
const EXCERPT = 160

/** The line around a match, shortened. */
export function excerptOf(text: string, start: number, end: number): Excerpt {
  let lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1
  while (lineStart < start && /\s/.test(text[lineStart] ?? '')) lineStart++
  const from = Math.max(lineStart, start - BEFORE)
  const newline = text.indexOf('\n', start)
  const lineEnd = newline < 0 ? text.length : Math.max(newline, start)
  const to = Math.min(lineEnd, from + EXCERPT)
  const cut = from > lineStart ? '…' : ''
  return {
    text: `${cut}${text.slice(from, to)}${to < lineEnd ? '…' : ''}`,
    start: start - from + cut.length,
    end: Math.min(end, to) - from + cut.length,
  }
}

/** The same bytes as a `Buffer`, whose search is faster. */
export function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
