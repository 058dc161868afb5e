import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { walkKeys } from '../../../../../src/testkit/suite.ts'
import { describeDatastore, openedAt } from '../../../../contract/describe-datastore.ts'
import { bytesOf } from '../bytes-of.ts'
import { CaseBlindDisk } from '../disk/case-blind-disk.ts'
import { TempRoots } from '../temp-root.ts'

/*
 * Mounting a case-insensitive disk takes permissions that a build machine does not give, so the file operations
 * simulate one.
 */
const roots = new TempRoots()
const texts = [
  '/Key',
  '/key',
  '/KEY',
  '/é',
  '/e\u0301',
  '/Straße',
  '/STRASSE',
  '/K',
  '/\u212a',
  '/a/B',
  '/A/b',
]

async function openBlind(root: string, layout: 'strata' | 'plain'): Promise<FsDatastore> {
  return FsDatastore.open(root, { layout }, new CaseBlindDisk(root))
}

describeDatastore('FsDatastore on a case-insensitive disk', {
  ...openedAt(
    () => roots.make(),
    path => openBlind(path, 'strata'),
  ),
  destroy: () => roots.remove(),
  runs: 2,
})

describe('a case-insensitive disk', () => {
  afterEach(() => roots.remove())

  it('F2 keys that differ only in case or normalization stay distinct', async () => {
    await using store = await openBlind(await roots.make(), 'strata')
    for (const text of texts) await store.put(Key.parse(text), bytesOf(text))
    for (const text of texts) expect(await store.get(Key.parse(text))).toEqual(bytesOf(text))
    expect((await walkKeys(store)).sort()).toEqual([...texts].sort())
  })

  it('F25 in plain layout they are one file, as on the disk', async () => {
    const root = await roots.make()
    await using store = await openBlind(root, 'plain')
    await store.put(Key.of('Key'), bytesOf('first'))
    await store.put(Key.of('KEY'), bytesOf('second'))
    expect(readdirSync(root)).toEqual(['Key'])
    expect(await store.get(Key.of('key'))).toEqual(bytesOf('second'))
  })
})
