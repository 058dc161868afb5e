import { describe, expect, it } from 'vitest'
import { rememberedView, viewPattern, withView } from '../../../../src/renderer/app/tabs/view-memory.ts'

describe('viewPattern', () => {
  it.each([
    ['/a/readme.MD', '*.md'],
    ['/Comedy/Actor:Cleese', 'Actor:*'],
    ['/Comedy/Actor:J.Cleese', '*.cleese'],
    ['/users/42', '/users/*'],
    ['/top', '/*'],
    ['/a/.hidden', '/a/*'],
  ])('takes %s by %s', (key, pattern) => {
    expect(viewPattern(key)).toBe(pattern)
  })
})

describe('remembered views', () => {
  it('hold for keys of one pattern, and "auto" forgets', () => {
    const views = withView({}, '/x/a.json', 'hex')
    expect(rememberedView(views, '/y/b.json')).toBe('hex')
    expect(rememberedView(views, '/y/b.txt')).toBe('auto')
    expect(withView(views, '/z.json', 'auto')).toEqual({})
  })

  it('that nobody knows are "auto"', () => {
    expect(rememberedView({ '*.json': 'hologram' }, '/a.json')).toBe('auto')
  })
})
