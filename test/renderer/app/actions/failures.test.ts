import { describe, expect, it } from 'vitest'
import { failureHint } from '../../../../src/renderer/app/actions/failures.ts'

describe('failureHint', () => {
  it('D18 suggests what to try, by the code and by whether the failure has a key', () => {
    expect(failureHint({ code: 'NOT_FOUND', key: '/a' })).toContain('Refresh the keys')
    expect(failureHint({ code: 'NOT_FOUND' })).not.toContain('keys')
    expect(failureHint({ code: 'READ_ONLY', key: '/a' })).toContain('takes no writes')
    expect(failureHint({ code: 'READ_ONLY', key: '/a', isLocked: true })).toContain('Unlock it with the lock')
    expect(failureHint({ code: 'UNKNOWN' })).toBeUndefined()
  })
})
