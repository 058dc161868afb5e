import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StreamedStore, streamThrough } from '../../../bench/core/stream/figures.ts'
import { type Bundle, bundle } from '../fs/crash/bundle.ts'

/** MiB of the value, and the additional MiB that a process may use for it. */
const SIZE = 96
const MOST = 64
let program: Bundle

beforeAll(async () => {
  program = await bundle(join(import.meta.dirname, '../../../bench/core/stream/program.ts'))
}, 60_000)
afterAll(() => program.remove())

async function taken(store: StreamedStore): Promise<number> {
  const { before, peak } = await streamThrough(program.file, store, SIZE)
  return peak - before
}

describe('a value larger than the allowed memory', () => {
  it('D38 exceeds it in a store that keeps it whole: the measurement detects buffering', async () => {
    expect(await taken('memory')).toBeGreaterThan(MOST)
  })

  it.each<StreamedStore>(['fs', 'tiered', 'sharded', 'gzip'])(
    'D7 passes in and out of %s in bounded memory',
    async store => {
      expect(await taken(store)).toBeLessThan(MOST)
    },
  )
})
