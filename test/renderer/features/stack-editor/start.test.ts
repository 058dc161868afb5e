import { describe, expect, it } from 'vitest'
import { isUntouched } from '../../../../src/renderer/features/stack-editor/start.tsx'
import { templates } from './harness/templates.ts'

describe('isUntouched', () => {
  it('X1 templates are offered instead of an empty document or an unchanged template', () => {
    expect(isUntouched(' \n', templates)).toBe(true)
    expect(isUntouched('{}', templates)).toBe(true)
    expect(isUntouched(JSON.stringify(templates[1]?.document, null, 4), templates)).toBe(true)
  })

  it('X1 a document of the user is never treated as empty', () => {
    expect(isUntouched('{ "strata": 1 }', templates)).toBe(false)
    expect(isUntouched('not json', templates)).toBe(false)
    expect(isUntouched(JSON.stringify({ ...templates[1]?.document, name: 'Mine' }), templates)).toBe(false)
  })
})
