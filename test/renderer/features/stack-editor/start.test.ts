import { describe, expect, it } from 'vitest'
import { isUntouched } from '../../../../src/renderer/features/stack-editor/start.tsx'
import { templates } from './harness/templates.ts'

describe('isUntouched', () => {
  it('X1 templates are offered in place of nothing, and of a template as it comes', () => {
    expect(isUntouched(' \n', templates)).toBe(true)
    expect(isUntouched('{}', templates)).toBe(true)
    expect(isUntouched(JSON.stringify(templates[1]?.document, null, 4), templates)).toBe(true)
  })

  it('X1 what somebody wrote is never taken for nothing', () => {
    expect(isUntouched('{ "strata": 1 }', templates)).toBe(false)
    expect(isUntouched('not json', templates)).toBe(false)
    expect(isUntouched(JSON.stringify({ ...templates[1]?.document, name: 'Mine' }), templates)).toBe(false)
  })
})
