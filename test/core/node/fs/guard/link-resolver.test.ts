import { mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { bytesOf, textOf } from '../bytes-of.ts'
import { pathsBelow, TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
let root: string
let outside: string
let store: FsDatastore

beforeEach(async () => {
  root = await roots.make()
  outside = await roots.make()
  await mkdir(join(root, 'real', 'deep'), { recursive: true })
  await writeFile(join(root, 'real', 'file'), 'text')
  await writeFile(join(outside, 'secret'), 'secret')
  await symlink('real', join(root, 'folder-link'))
  await symlink(join('real', 'file'), join(root, 'file-link'))
  await symlink(outside, join(root, 'way-out'))
  await symlink(join(outside, 'secret'), join(root, 'secret-link'))
  await symlink('nowhere', join(root, 'dangling'))
  await symlink('..', join(root, 'real', 'circle'))
  store = await FsDatastore.open(root, { layout: 'plain', followLinks: true })
})
afterEach(async () => {
  await store.close()
  await roots.remove()
})

describe('followLinks', () => {
  it('F3 links within the folder are listed as their targets; others are hidden', async () => {
    const { children } = await store.list(Key.root, { limit: 100 })
    expect(children.map(({ name, isValue, isBranch, size }) => [name, isValue, isBranch, size])).toEqual([
      ['file-link', true, false, 4],
      ['folder-link', false, true, undefined],
      ['real', false, true, undefined],
    ])
    expect(textOf(await store.get(Key.of('folder-link', 'file')))).toBe('text')
    expect(textOf(await store.get(Key.of('file-link')))).toBe('text')
    expect((await store.stat(Key.of('file-link'))).size).toBe(4)
    expect((await store.list(Key.parse('/folder-link/circle/real'))).total).toBe(3)
  })

  it('F3 a link out of the folder and a broken link are rejected', async () => {
    for (const key of ['/way-out/secret', '/secret-link', '/dangling', '/way-out/new/deep'].map(Key.parse)) {
      for (const call of [() => store.get(key), () => store.put(key, bytesOf('x')), () => store.has(key)]) {
        await expect(call()).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
      }
    }
    await expect(store.list(Key.of('way-out'))).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    expect(await pathsBelow(outside)).toEqual(['secret'])
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
  })

  it('F3 a put through a link writes the target and keeps the link', async () => {
    await store.put(Key.of('file-link'), bytesOf('new'))
    await store.put(Key.of('folder-link', 'other', 'x'), bytesOf('y'))
    expect(await readFile(join(root, 'real', 'file'), 'utf8')).toBe('new')
    expect(await readFile(join(root, 'real', 'other', 'x'), 'utf8')).toBe('y')
    expect(await readlink(join(root, 'file-link'))).toBe(join('real', 'file'))
  })

  it('F3 a delete removes the link and not its target; a link cannot be renamed', async () => {
    await expect(store.rename(Key.of('file-link'), Key.of('x'))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    })
    await store.delete(Key.of('file-link'))
    expect(await readFile(join(root, 'real', 'file'), 'utf8')).toBe('text')
    expect(await store.has(Key.of('file-link'))).toBe(false)
    await store.rename(Key.of('folder-link', 'file'), Key.of('moved'))
    expect(textOf(await store.get(Key.of('moved')))).toBe('text')
  })

  it('D10 stats follows no circle of links, and reports a lower bound', async () => {
    expect(await store.stats()).toMatchObject({ entries: 2, accuracy: 'lower-bound' })
  })

  it('F3 two links that lead to each other are rejected', async () => {
    await symlink('pong', join(root, 'ping'))
    await symlink('ping', join(root, 'pong'))
    await expect(store.get(Key.of('ping'))).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    expect((await store.list(Key.root)).children.map(child => child.name)).not.toContain('ping')
  })
})
