import { join } from 'node:path'
import { bundle } from '../../../core/node/fs/crash/bundle.ts'
import type { Benchmark, Result } from '../../result.ts'
import { type StreamedStore, streamThrough } from './figures.ts'

const MIB = 1024
/** MiB that a process may take more than before, whatever the size of the value. */
const MOST = 100
const STORES: readonly StreamedStore[] = ['fs', 'tiered', 'sharded', 'gzip']

/** The memory that a value of 1 GiB takes when written and read, and the rates. */
export const streamBenchmark: Benchmark = {
  name: 'stream',
  async run() {
    const program = await bundle(join(import.meta.dirname, 'program.ts'))
    try {
      const results: Result[] = []
      for (const store of STORES) results.push(...(await measure(program.file, store)))
      return results
    } finally {
      await program.remove()
    }
  },
}

async function measure(program: string, store: StreamedStore): Promise<readonly Result[]> {
  const { put, get, before, peak } = await streamThrough(program, store, MIB)
  const taken = Math.max(1, peak - before)
  const peer = 'the value itself'
  const memory = {
    name: `1 GiB through ${store}, memory taken`,
    unit: 'MiB',
    ours: taken,
    peer,
    peerValue: MIB,
  }
  const ratio = MIB / taken
  const speed = (name: string, seconds: number): Result => ({
    name: `1 GiB through ${store}, ${name}`,
    unit: 's',
    ours: seconds,
    peer: 'one second',
    peerValue: 1,
    ratio: 1 / seconds,
    ok: true,
  })
  return [{ ...memory, ratio, bar: MIB / MOST, ok: taken <= MOST }, speed('put', put), speed('get', get)]
}
