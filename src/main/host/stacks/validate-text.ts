import { validateDocument } from '../../../core/stack/parse.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import type { Problem } from '../../../shared/procedures/stacks.ts'
import { findJsonError } from './json-error.ts'

/** Everything that is wrong with the text of a stack document. Opens nothing. */
export function validateText(text: string, registry: Registry): Problem[] {
  const syntax = findJsonError(text)
  if (syntax !== undefined) return [{ path: '', ...syntax }]
  return validateDocument(JSON.parse(text), registry).map(({ path, message }) => ({ path, message }))
}
