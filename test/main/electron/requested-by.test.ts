import { expect, it } from 'vitest'
import { isNothing, parseRequested, requestedBy } from '../../../src/main/electron/requested-by.ts'

it('an installed Strata opens the arguments after its own name', () => {
  expect(requestedBy(['/opt/strata', 'data', '--stack=a.json'], true, '/home/ada')).toEqual({
    paths: ['/home/ada/data'],
    stacks: ['/home/ada/a.json'],
  })
})

it('ignores switches of the desktop and of Chromium', () => {
  const argv = ['/opt/strata', '--no-sandbox', '-psn_0_123', '--enable-features=X', '/data']
  expect(requestedBy(argv, true, '/')).toEqual({ paths: ['/data'], stacks: [] })
})

it('from source, only arguments after -- are used', () => {
  const argv = ['/electron', '--inspect=0', '/work/strata', '--', '--stack=/s.json', '/a']
  expect(requestedBy(argv, false, '/')).toEqual({ paths: ['/a'], stacks: ['/s.json'] })
  expect(requestedBy(['/electron', '/work/strata'], false, '/')).toEqual({ paths: [], stacks: [] })
})

it('the request of a second start is validated', () => {
  const requested = { paths: ['/a'], stacks: [] }
  expect(parseRequested(requested)).toEqual(requested)
  for (const other of [undefined, null, 'x', {}, { paths: '/a', stacks: [] }, { paths: [1], stacks: [] }]) {
    expect(parseRequested(other)).toBeUndefined()
  }
  expect(isNothing(requested)).toBe(false)
  expect(isNothing({ paths: [], stacks: [] })).toBe(true)
})
