import type { Template } from '../../../../shared/procedures/stacks.ts'
import { parseJson } from '../json/parse-json.ts'
import { printJson } from '../json/print-json.ts'

/** Whether a text holds nothing of one's own: it is empty, or a template as it comes. */
export function isUntouched(text: string, templates: readonly Template[]): boolean {
  if (text.trim() === '') return true
  try {
    parseJson(text)
  } catch {
    // Whatever it is, somebody wrote it.
    return false
  }
  const document = printJson(JSON.parse(text))
  return document === '{}' || templates.some(template => printJson(template.document) === document)
}
