import type { JsonText } from '../json/print-json.ts'
import type { Control } from './form-fields.ts'

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** What was typed as JSON spells numbers, every digit kept; undefined when it is none. */
export function numberText(typed: string): JsonText | undefined {
  const text = typed
    .trim()
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)\./, '$10.')
  return NUMBER.test(text) ? text : undefined
}

/** `1 to 64`, `at least 1`, `more than 0`, `whole number`. */
export function boundsText({
  isInteger,
  range: { min, max, above },
}: Extract<Control, { type: 'number' }>): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`
  if (min !== undefined) return `at least ${min}`
  if (max !== undefined) return `at most ${max}`
  if (above !== undefined) return `more than ${above}`
  return isInteger ? 'whole number' : ''
}
