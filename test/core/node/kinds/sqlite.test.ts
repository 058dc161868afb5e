import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { openStack } from '../../../../src/core/node/stack.ts'
import { bytesOf } from '../fs/bytes-of.ts'
import { TempRoots } from '../fs/temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

const open = (options: Record<string, unknown> = {}) =>
  openStack({ strata: 1, root: { kind: 'sqlite', path: 'data.db', ...options } }, { baseDirectory: root })

describe('the kind sqlite', () => {
  it('X2 E2 opens a database beside the stack file, with the table that it names', async () => {
    const database = new DatabaseSync(join(root, 'data.db'))
    database.exec(
      'CREATE TABLE one (a TEXT PRIMARY KEY, b BLOB); CREATE TABLE two (a TEXT PRIMARY KEY, b BLOB)',
    )
    {
      await using stack = await open({ table: 'two', separator: ':' })
      await stack.store.put(Key.of('x', 'y'), bytesOf('z'))
    }
    expect({ ...(database.prepare('SELECT * FROM two').get() as object) }).toEqual({
      a: 'x:y',
      b: new Uint8Array(bytesOf('z')),
    })
    database.close()
  })

  it.each([
    [{ path: '' }, 'root.path'],
    [{ layout: 'flatfs' }, 'root.layout'],
    [{ table: '' }, 'root.table'],
    [{ layout: 'strata', separator: ':' }, 'root.path'],
    [{ create: false }, 'root.path'],
    [{ readOnly: true }, 'root.path'],
  ])('X1 %j is rejected at %s', async (options, path) => {
    await expect(open(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID', path })
  })

  it('X6 a database stays open while the stack around it changes', async () => {
    await using stack = await open()
    await stack.store.put(Key.of('a'), bytesOf('x'))
    await stack.apply({ strata: 1, root: { kind: 'cache', store: { kind: 'sqlite', path: 'data.db' } } })
    await stack.store.put(Key.of('b'), bytesOf('y'))
    await stack.apply({ strata: 1, root: { kind: 'sqlite', path: 'data.db', durability: 'full' } })
    expect(await stack.store.get(Key.of('a'))).toEqual(bytesOf('x'))
    expect(await stack.store.get(Key.of('b'))).toEqual(bytesOf('y'))
  })
})
