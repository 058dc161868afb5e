import { expect, it } from 'vitest'
import { CallError } from '../../../../../src/renderer/api/client.ts'
import { failureOf } from '../../../../../src/renderer/features/key-tab/model/value-calls.ts'

it('P5 a failure is shown with everything that the host reported', () => {
  const failure = {
    code: 'IO',
    message: 'Cannot get "/a"',
    key: '/a',
    path: 'root.tiers[0]',
    id: '12345678',
  } as const
  expect(failureOf(new CallError(failure))).toEqual(failure)
  expect(failureOf(new CallError({ code: 'IO', message: 'x' }))).toEqual({ code: 'IO', message: 'x' })
})
