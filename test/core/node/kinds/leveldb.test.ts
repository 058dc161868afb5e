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
  openStack({ strata: 1, root: { kind: 'leveldb', path: 'store', ...options } }, { baseDirectory: root })

describe('the kind leveldb', () => {
  it('X2 E2 opens a folder beside the stack file, in its own layout', async () => {
    {
      await using stack = await open({ separator: ':' })
      await stack.store.put(Key.of('a', 'b'), bytesOf('x'))
    }
    expect(await pathsBelow(root)).toContain('store/CURRENT')
    await using stack = await open({ layout: 'path', separator: ':' })
    expect(await stack.store.get(Key.of('a', 'b'))).toEqual(bytesOf('x'))
  })

  it.each([
    [{ path: '' }, 'root.path'],
    [{ layout: 'flatfs' }, 'root.layout'],
    [{ separator: '' }, 'root.separator'],
    [{ layout: 'strata', separator: ':' }, 'root.path'],
    [{ create: false }, 'root.path'],
    [{ readOnly: true }, 'root.path'],
  ])('X1 %j is rejected at %s', async (options, path) => {
    await expect(open(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID', path })
  })

  it('X6 a folder stays open while the stack around it changes', async () => {
    await using stack = await open()
    await stack.store.put(Key.of('a'), bytesOf('x'))
    const node = { kind: 'leveldb', path: 'store', durability: 'full' }
    await stack.apply({ strata: 1, root: { kind: 'cache', store: node } })
    expect(await stack.store.get(Key.of('a'))).toEqual(bytesOf('x'))
    await stack.store.put(Key.of('b'), bytesOf('y'))
    await stack.apply({ strata: 1, root: { kind: 'leveldb', path: 'store' } })
    expect(await stack.store.get(Key.of('b'))).toEqual(bytesOf('y'))
  })
})
