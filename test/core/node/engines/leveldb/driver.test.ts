import { afterAll, describe, it } from 'vitest'
import type { LevelDriver } from '../../../../../src/core/node/engines/leveldb/leveldb-driver.ts'
import { openLevel } from '../../../../../src/core/node/engines/leveldb/open-level.ts'
import { describeOrderedDriver } from '../../../../../src/testkit/describe-ordered-driver.ts'
import { TempRoots } from '../../fs/temp-root.ts'

const roots = new TempRoots()
afterAll(() => roots.remove())

const places = new WeakMap<object, string>()

async function openIn(path: string, inline: boolean): Promise<LevelDriver> {
  const { driver } = await openLevel(path, { readOnly: false, create: true, inline })
  places.set(driver, path)
  return driver
}

for (const inline of [true, false]) {
  describeOrderedDriver(
    `LevelDB${inline ? '' : ' without reads on this thread'}`,
    {
      create: async () => openIn(await roots.make(), inline),
      reopen: async closed => {
        return openIn(places.get(closed) ?? '', inline)
      },
    },
    { describe, it },
  )
}
