import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { openStack } from '../../../../src/core/node/stack.ts'
import { bytesOf } from '../fs/bytes-of.ts'
import { pathsBelow, TempRoots } from '../fs/temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

const open = (options: Record<string, unknown> = {}) =>
  openStack({ strata: 1, root: { kind: 'lmdb', path: 'store', ...options } }, { baseDirectory: root })

describe('the kind lmdb', () => {
  it('X2 E2 opens a folder beside the stack file, in its own layout', async () => {
    {
      await using stack = await open({ separator: ':', database: 'named' })
      await stack.store.put(Key.of('a', 'b'), bytesOf('x'))
    }
    expect(await pathsBelow(root)).toContain('store/data.mdb')
    await using stack = await open({ layout: 'path', separator: ':', database: 'named' })
    expect(await stack.store.get(Key.of('a', 'b'))).toEqual(bytesOf('x'))
    await using main = await open()
    await main.store.put(Key.of('a'), bytesOf('y'))
  })

  it.each([
    [{ path: '' }, 'root.path'],
    [{ layout: 'flatfs' }, 'root.layout'],
    [{ separator: '' }, 'root.separator'],
    [{ database: '' }, 'root.database'],
    [{ layout: 'strata', separator: ':' }, 'root.path'],
    [{ create: false }, 'root.path'],
    [{ readOnly: true }, 'root.path'],
  ])('X1 %j is rejected at %s', async (options, path) => {
    await expect(open(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID', path })
  })

  it('X6 a folder stays open while the stack around it changes, and may become writable', async () => {
    await (await open()).close()
    await using stack = await open({ readOnly: true })
    await expect(stack.store.put(Key.of('a'), bytesOf('x'))).rejects.toMatchObject({ code: 'READ_ONLY' })
    const node = { kind: 'lmdb', path: 'store' }
    await stack.apply({ strata: 1, root: { kind: 'cache', store: node } })
    await stack.store.put(Key.of('a'), bytesOf('x'))
    await stack.apply({ strata: 1, root: node })
    expect(await stack.store.get(Key.of('a'))).toEqual(bytesOf('x'))
  })
})
