import { describe, expect, it } from 'vitest'
import {
  completeKey,
  findKey,
  narrowCompletion,
  renamedKey,
  splitPartialKey,
} from '../../../src/renderer/api/key-completion.ts'
import { bytesOf, openSession } from '../../main/host/test-host.ts'

const KEYS = ['/users/ada', '/users/adam', '/users/ada/mail', '/users/bob', '/usage', '/z:1']

describe('splitPartialKey', () => {
  it.each([
    ['', '/', ''],
    ['/', '/', ''],
    ['us', '/', 'us'],
    ['/us', '/', 'us'],
    ['/users/', '/users', ''],
    ['//users//a', '/users', 'a'],
  ])('splits "%s"', (text, prefix, name) => {
    expect(splitPartialKey(text)).toEqual({ prefix, name })
  })
})

describe('completeKey', () => {
  it('returns the names of the level that match, in its order', async () => {
    const { page, session } = await openSession(KEYS)
    const complete = async (text: string, limit = 10): Promise<unknown> => {
      const { rows, hasMore } = await completeKey(page, session, text, { limit })
      return { names: rows.map(row => row.name), hasMore }
    }
    expect(await complete('')).toEqual({ names: ['usage', 'users', 'z:1'], hasMore: false })
    expect(await complete('/us')).toEqual({ names: ['usage', 'users'], hasMore: false })
    expect(await complete('/users/ada')).toEqual({ names: ['ada', 'adam'], hasMore: false })
    expect(await complete('/users/', 2)).toEqual({ names: ['ada', 'adam'], hasMore: true })
    expect(await complete('/users/c')).toEqual({ names: [], hasMore: false })
    expect(await complete('/nowhere/')).toEqual({ names: [], hasMore: false })
  })

  it('finds a name in the middle of a large level with one page', async () => {
    const names = Array.from({ length: 5000 }, (_, index) => `/big/${String(index).padStart(4, '0')}`)
    const { page, session } = await openSession(names)
    const { rows, hasMore } = await completeKey(page, session, '/big/499', { limit: 4 })
    expect(rows.map(row => row.name)).toEqual(['4990', '4991', '4992', '4993'])
    expect(hasMore).toBe(true)
  })
})

describe('findKey', () => {
  it('reports whether a key is a value or a branch', async () => {
    const { page, session } = await openSession(KEYS)
    expect(await findKey(page, session, 'users/ada/')).toEqual({
      key: '/users/ada',
      isValue: true,
      isBranch: true,
    })
    expect(await findKey(page, session, '/users')).toMatchObject({ isValue: false, isBranch: true })
    expect(await findKey(page, session, '/z:1')).toMatchObject({ isValue: true, isBranch: false })
    expect(await findKey(page, session, '/')).toMatchObject({ key: '/', isBranch: true })
    expect(await findKey(page, session, '/users/ad')).toEqual({
      key: '/users/ad',
      isValue: false,
      isBranch: false,
    })
  })

  it('K2 refuses a text that is not a key', async () => {
    const { page, session } = await openSession()
    await expect(findKey(page, session, '/a/../b')).rejects.toMatchObject({ code: 'KEY_INVALID' })
  })

  it('finds a key that was added after its level was listed', async () => {
    const { page, session } = await openSession(KEYS)
    await findKey(page, session, '/users/late')
    await page.call('store.put', { session, key: '/users/late', bytes: bytesOf('x') })
    expect(await findKey(page, session, '/users/late')).toMatchObject({ isValue: true })
  })
})

describe('narrowCompletion', () => {
  const row = (name: string) => ({ name, isValue: true, isBranch: false })
  const known = { prefix: '/users', name: 'a', rows: [row('ada'), row('adam'), row('al')], hasMore: false }

  it('filters known names while more of the name is typed', () => {
    expect(narrowCompletion(known, '/users/ad')).toMatchObject({ rows: [row('ada'), row('adam')] })
    expect(narrowCompletion(known, '/users/a')).toBe(known)
  })

  it('knows no names of other levels, shorter texts, or incomplete results', () => {
    expect(narrowCompletion(known, '/films/a')).toBeUndefined()
    expect(narrowCompletion(known, '/users/')).toBeUndefined()
    expect(narrowCompletion({ ...known, hasMore: true }, '/users/ad')).toBeUndefined()
    expect(narrowCompletion(undefined, '/users/ad')).toBeUndefined()
  })
})

describe('renamedKey', () => {
  it('H8 reads a name without a leading slash as a sibling of the renamed key', () => {
    expect(renamedKey('/values/a.txt', 'b.txt')).toEqual({ to: '/values/b.txt' })
    expect(renamedKey('/a.txt', 'b.txt')).toEqual({ to: '/b.txt' })
    expect(renamedKey('/values/a.txt', 'new/b.txt')).toEqual({ to: '/values/new/b.txt' })
    expect(renamedKey('/values/a.txt', ' b')).toEqual({ to: '/values/ b' })
  })

  it('H8 reads a text with a leading slash as a whole key', () => {
    expect(renamedKey('/values/a.txt', '/b.txt')).toEqual({ to: '/b.txt' })
    expect(renamedKey('/values/a.txt', '/x/y')).toEqual({ to: '/x/y' })
  })

  it('reports why a text is not a key', () => {
    for (const text of ['', '/', 'a//b', '/a/', 'a/..', '.', '\ud800']) {
      expect(renamedKey('/values/a.txt', text), text).toHaveProperty('problem')
    }
  })
})
