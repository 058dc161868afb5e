import { describe, expect, it } from 'vitest'
import { rememberedView, viewPattern, withView } from '../../../../src/renderer/app/tabs/view-memory.ts'

const stack = { type: 'folder', path: '/data' } as const

describe('viewPattern', () => {
  it.each([
    ['/a/readme.MD', '*.md'],
    ['/scans/reel-4.cbor.gz', '*.cbor.gz'],
    ['/Comedy/Actor:Cleese', 'Actor:*'],
    ['/Comedy/Actor:J.Cleese', '*.cleese'],
    ['/users/42', '/users/*'],
    ['/top', '/*'],
    ['/a/.hidden', '/a/*'],
  ])('matches %s by %s', (key, pattern) => {
    expect(viewPattern(key)).toBe(pattern)
  })
})

describe('remembered views', () => {
  it('apply to keys of one pattern, and "auto" clears them', () => {
    const views = withView({}, stack, '/x/a.json', 'bytes')
    expect(rememberedView(views, stack, '/y/b.json')).toBe('bytes')
    expect(rememberedView(views, stack, '/y/b.txt')).toBe('auto')
    expect(withView(views, stack, '/z.json', 'auto')).toEqual({})
  })

  it('DV10 apply to one stack', () => {
    const views = withView({}, stack, '/x/a.json', 'bytes')
    expect(rememberedView(views, { type: 'sample' }, '/x/a.json')).toBe('auto')
  })
})
