import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Key } from '../../../src/core/key.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { Level } from '../../../src/main/host/levels/level.ts'
import { type Result, underBudget } from '../result.ts'

/**
 * The memory of the level of one folder in the host, including the data that its store keeps, and how fast it
 * returns rows.
 */
export async function levelOfFolder(count: number): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'strata-bench-level-'))
  try {
    for (let number = 0; number < count; number++)
      closeSync(openSync(join(folder, nameOf((number * 7919) % count)), 'w'))
    const store = await FsDatastore.open(folder, { layout: 'plain', inline: false })
    try {
      return await measured(store, count)
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function nameOf(number: number): string {
  return `order-${String(number).padStart(7, '0')}.json`
}

async function measured(store: FsDatastore, count: number): Promise<Result[]> {
  const before = bytesInUse()
  const began = performance.now()
  const level = new Level({ store, prefix: Key.root, nextVersion: () => 1, report: () => undefined })
  const { signal } = new AbortController()
  await level.rows({ offset: count - 1, limit: 1 }, signal)
  const seconds = (performance.now() - began) / 1000
  const bytes = bytesInUse() - before
  const times: number[] = []
  for (let round = 0; round < 200; round++) {
    const start = performance.now()
    await level.rows({ offset: (round * 79_190) % (count - 1000), limit: 1000 }, signal)
    times.push(performance.now() - start)
  }
  const median = times.sort((a, b) => a - b)[100] ?? Number.NaN
  level.drop()
  const name = `folder of ${count.toLocaleString('en')} files in the host`
  return [
    underBudget(`${name}: bytes beside a name’s own`, 'bytes', bytes / count - nameOf(0).length, 16),
    underBudget(`${name}: heap and external memory`, 'MB', bytes / 1e6, 100),
    underBudget(`${name}: 1,000 rows (median)`, 'ms', median, 1),
    underBudget(`${name}: all rows`, 's', seconds, 10),
  ]
}

function bytesInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
