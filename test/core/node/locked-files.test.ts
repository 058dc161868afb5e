import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { LevelDatastore } from '../../../src/core/node/engines/leveldb/leveldb-datastore.ts'
import { LmdbDatastore } from '../../../src/core/node/engines/lmdb/lmdb-datastore.ts'
import { isLmdb } from '../../../src/core/node/engines/lmdb/lmdb-file.ts'
import { isSqliteFile } from '../../../src/core/node/engines/sqlite/open-sqlite.ts'
import { SqliteDatastore } from '../../../src/core/node/engines/sqlite/sqlite-datastore.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { readRegularFile } from '../../../src/core/node/regular-file.ts'
import { collect } from '../../../src/testkit/suite.ts'
import { TempRoots } from './fs/temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const noLocks = process.platform === 'linux' ? undefined : 'only Linux tells which locks a process holds'

/** The POSIX locks of this process on a file. */
async function locksOn(path: string): Promise<number> {
  const { ino } = await stat(path, { bigint: true })
  const isOurs = (line: string) => line.includes(`POSIX`) && line.includes(` ${process.pid} `)
  const lines = readFileSync('/proc/locks', 'utf8').split('\n').filter(isOurs)
  return lines.filter(line => line.includes(`:${ino} `)).length
}

/** Descriptors of this process on a file. */
function descriptorsOn(path: string): number {
  return readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  }).length
}

const ENGINES = [
  {
    engine: 'SQLite',
    open: (folder: string) => SqliteDatastore.open(join(folder, 'data.db')),
    files: ['data.db', 'data.db-shm'],
  },
  { engine: 'LevelDB', open: (folder: string) => LevelDatastore.open(folder), files: ['LOCK'] },
  { engine: 'LMDB', open: (folder: string) => LmdbDatastore.open(folder), files: ['lock.mdb'] },
]

describe.each(ENGINES)('the files that $engine has locked', ({ open, files }) => {
  for (const inline of [true, false]) {
    it(`E8 are read by a folder store without releasing the locks, ${inline ? '' : 'not '}inline`, async ({
      skip,
    }) => {
      skip(noLocks !== undefined, noLocks)
      const folder = await roots.make()
      await using database = await open(folder)
      await database.put(Key.of('a'), Uint8Array.of(1))
      await using store = await FsDatastore.open(folder, { layout: 'plain', inline })
      const libraries = files.map(file => descriptorsOn(join(folder, file)))
      for (const [index, file] of files.entries()) {
        const path = join(folder, file)
        const [locks, descriptors] = [await locksOn(path), libraries[index] ?? 0]
        expect(locks, file).toBeGreaterThan(0)
        for (let round = 0; round < 20; round++) {
          await Promise.all([store.get(Key.of(file)), store.stat(Key.of(file)), store.has(Key.of(file))])
        }
        await collect(store.getStream(Key.of(file), { start: 0, end: 3 }))
        expect(await locksOn(path), file).toBe(locks)
        expect(descriptorsOn(path) - descriptors, `${file}: descriptors are reused`).toBeLessThan(4)
      }
      await database.close()
      // A library may close its own descriptors a little later.
      for (const [index, file] of files.entries()) {
        expect(descriptorsOn(join(folder, file)), file).toBeLessThanOrEqual(libraries[index] ?? 0)
      }
    })
  }

  it('E8 E11 are not opened by recognition', async ({ skip }) => {
    skip(noLocks !== undefined, noLocks)
    const folder = await roots.make()
    await using database = await open(folder)
    await database.put(Key.of('a'), Uint8Array.of(1))
    for (const file of files) {
      const path = join(folder, file)
      const locks = await locksOn(path)
      await expect(readRegularFile(path)).rejects.toThrow('it is open as a database')
      expect(await isLmdb(path)).toBe(false)
      expect(await isSqliteFile(path)).toBe(file === 'data.db')
      expect(await locksOn(path), file).toBe(locks)
    }
  })
})
