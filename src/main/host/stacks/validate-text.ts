import { validateDocument } from '../../../core/node/stack.ts'
import type { Problem } from '../../../shared/procedures/stacks.ts'
import { findJsonError } from './json-error.ts'

/** Everything that is wrong with the text of a stack document. Opens nothing. */
export function validateText(text: string): Problem[] {
  const syntax = findJsonError(text)
  if (syntax !== undefined) return [{ path: '', ...syntax }]
  return validateDocument(JSON.parse(text)).map(({ path, message }) => ({ path, message }))
}
