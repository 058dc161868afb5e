import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { describeKinds, openStack } from '../../../../src/core/node/stack.ts'
import { bytesOf } from '../fs/bytes-of.ts'
import { pathsBelow, TempRoots } from '../fs/temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

/** A document of every layout, and the file of the key `/CIQABC`. */
const examples: Readonly<Record<string, readonly [options: Record<string, unknown>, file: string]>> = {
  strata: [{}, '^c^i^q^a^b^c.val'],
  plain: [{ create: true }, 'CIQABC'],
  flatfs: [{ sharding: '/repo/flatfs/shard/v1/prefix/2' }, 'CI/CIQABC.data'],
  'datastore-fs': [{}, 'CIQABC.data'],
  'py-datastore': [{ extension: '.obj' }, 'CIQABC.obj'],
}

describe('the kind fs', () => {
  it('X2 F1 every layout has an example here', () => {
    const { schema } = describeKinds().find(({ kind }) => kind === 'fs') ?? {}
    const known = (schema as { properties: { layout: { enum: string[] } } }).properties.layout.enum
    expect(Object.keys(examples).sort()).toEqual([...known].sort())
  })

  it.each(Object.entries(examples))('X2 F1 a folder in layout %s', async (layout, [options, file]) => {
    const document = { strata: 1, root: { kind: 'fs', path: 'store', layout, ...options } }
    await using stack = await openStack(document, { baseDirectory: root })
    await stack.store.put(Key.of('CIQABC'), bytesOf('x'))
    expect(await pathsBelow(root)).toContain(`store/${file}`)
  })

  it.each([
    [{ layout: 'flatfs', sharding: 'by/weather' }, 'root.sharding'],
    [{ layout: 'py-datastore', extension: 'obj' }, 'root.extension'],
    [{ layout: 'strata', extension: '.obj' }, 'root.path'],
    [{ layout: 'zip' }, 'root.layout'],
  ])('X1 %j is rejected at %s', async (options, path) => {
    const document = { strata: 1, root: { kind: 'fs', path: root, ...options } }
    await expect(openStack(document)).rejects.toMatchObject({ code: 'CONFIG_INVALID', path })
  })
})
