import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { Disk, InlineBudget } from '../../../../../src/core/node/fs/disk.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { Call } from '../../../../../src/core/open/call.ts'
import { openStoreOf } from '../../../../../src/core/open/datastore.ts'
import { bytesOf } from '../bytes-of.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
const key = Key.of('folder', 'key')
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

it('F11 a small value is read on the calling thread without a promise, and with inline: false it is read with one', async () => {
  // With this clock, every operation takes no time.
  const disk = new Disk(new InlineBudget(() => 0))
  await using store = await FsDatastore.open(root, {}, disk)
  await using pooled = await FsDatastore.open(root, { inline: false })
  const { etag } = await store.put(key, bytesOf('value'))
  // A turn of the event loop begins with its whole budget.
  await setImmediate()
  const found = openStoreOf(store).read(key, Call.plain)
  if (process.platform === 'linux') expect(found).toMatchObject({ etag, shared: false })
  expect((await found)?.bytes).toEqual(bytesOf('value'))
  const later = openStoreOf(pooled).read(key, Call.plain)
  expect(later).toBeInstanceOf(Promise)
  expect((await later)?.bytes).toEqual(bytesOf('value'))
})
