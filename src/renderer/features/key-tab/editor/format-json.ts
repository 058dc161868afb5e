import { format } from 'jsonc-parser'
import { findJsonProblem } from '../../../../core/values/json-check.ts'

/**
 * A JSON text with each member and element on its own line. Only white space changes: numbers and strings stay as they
 * are written.
 * @returns `undefined` for a text that is not JSON.
 */
export function formatJson(text: string): string | undefined {
  if (findJsonProblem(text) !== undefined) return undefined
  const options = { tabSize: 2, insertSpaces: true, eol: '\n', insertFinalNewline: text.endsWith('\n') }
  const parts: string[] = []
  let end = 0
  // Joined here and not by the editor, to which each edit is an object: a large value has hundreds of thousands.
  for (const { offset, length, content } of format(text, undefined, options)) {
    parts.push(text.slice(end, offset), content)
    end = offset + length
  }
  return parts.join('') + text.slice(end)
}
