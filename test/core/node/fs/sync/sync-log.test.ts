import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/index.ts'
import { FolderSync, SyncLog } from '../../../../../src/core/node/fs/folder-sync.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { createGuard } from '../../../../../src/core/node/fs/guards.ts'
import { bytesOf } from '../bytes-of.ts'
import { FaultyDisk } from '../faulty-disk.ts'
import { TempRoots } from '../temp-root.ts'

const roots = new TempRoots()
let root: string

beforeEach(async () => {
  root = await roots.make()
})
afterEach(() => roots.remove())

it('D11 a log with too many entries to keep requests a flush of everything, once', async () => {
  const disk = new FaultyDisk()
  await using store = await FsDatastore.open(root)
  const places = [0, 1, 2].map(index => ({ folder: [`f${index}`], name: 'x.val' }))
  for (const { folder } of places) await store.put(Key.of(folder[0]!, 'x'), bytesOf('x'))
  const guard = await createGuard(disk, root)
  const log = new SyncLog(disk, guard, new FolderSync(disk, guard))
  let askedFor = 0
  const visitAll: Parameters<typeof log.flush>[0] = async visit => {
    askedFor++
    for (const place of places) await visit(place.folder, [place])
  }
  // It has lost its last value, and still exists in layouts that do not remove folders.
  log.noteFolder(['emptied'])
  await mkdir(join(root, 'emptied'))
  for (let index = 0; index < 25_000; index++) log.noteFile({ folder: ['absent'], name: `${index}` })
  await log.flush(visitAll)
  expect([askedFor, disk.count('fdatasync'), disk.count('fsync')]).toEqual([1, 3, 5])
  await log.flush(visitAll)
  expect(askedFor).toBe(1)
})
