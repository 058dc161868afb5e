import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MessageChannel, Worker } from 'node:worker_threads'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { createHost, type Host } from '../../../src/main/host/host.ts'
import { createMessagePortChannel } from '../../../src/shared/channel.ts'
import type { Benchmark, Result } from '../result.ts'

const PER_FOLDER = 1000
const FOLDERS = 900
const LONG_FOLDER = 100_000
const KEYS = FOLDERS * PER_FOLDER + LONG_FOLDER
/** Milliseconds that the event loop may be late. */
const BUDGETS = { p99: 10, max: 50 } as const

type Delays = Record<keyof typeof BUDGETS, number>

/**
 * The delay of the host's event loop while a page makes it work: the page is a thread that communicates with
 * it as a window does. An idle process is measured at the same time, and if the machine itself was as late
 * the bar counts as met.
 */
export const eventLoopBenchmark: Benchmark = {
  name: 'event-loop',
  async run() {
    const base = await mkdtemp(join(tmpdir(), 'strata-bench-'))
    const host = await createHost({ dataDirectory: join(base, 'data'), shell: 'web', appVersion: '0.0.0' })
    try {
      const [walked, written] = [join(base, 'walked'), join(base, 'written')]
      fill(walked)
      mkdirSync(written)
      const { id: read } = await host.open({ type: 'folder', path: walked })
      const { id: write } = await host.open({ type: 'folder', path: written })
      const results = [
        ...(await delaysWhile('3,000 puts of 60 KB and a walk of 10⁶ keys', host, { write, read })),
        ...(await delaysWhile('statistics of a folder of 10⁶ keys', host, { stats: read })),
      ]
      // Last, so that its memory does not slow the garbage collector during the others.
      const { id: memory } = await host.openStore('memory', await filledMemory())
      return [...results, ...(await delaysWhile('count of 10⁶ keys in memory', host, { count: memory }))]
    } finally {
      await host.close()
      await rm(base, { recursive: true, force: true })
    }
  },
}

function fill(folder: string): void {
  const fillOne = (name: string, count: number): void => {
    mkdirSync(join(folder, name), { recursive: true })
    for (let index = 0; index < count; index++) closeSync(openSync(join(folder, name, `key-${index}`), 'w'))
  }
  fillOne('long', LONG_FOLDER)
  for (let index = 0; index < FOLDERS; index++) fillOne(`folder-${index}`, PER_FOLDER)
}

async function filledMemory(): Promise<MemoryDatastore> {
  const store = new MemoryDatastore()
  const value = new Uint8Array(16)
  for (let index = 0; index < KEYS; index++) {
    await store.put(Key.of(`branch-${index % FOLDERS}`, `key-${index}`), value)
  }
  return store
}

/** @param work The sessions in which the page does each kind of work. */
async function delaysWhile(
  name: string,
  host: Host,
  work: Readonly<Record<string, string>>,
): Promise<Result[]> {
  const { port1, port2 } = new MessageChannel()
  const connection = host.connect(createMessagePortChannel(port1))
  const idle = fork(join(import.meta.dirname, 'idle-process.mjs'))
  const page = new Worker(join(import.meta.dirname, 'page-thread.mjs'), {
    workerData: { port: port2 },
    transferList: [port2],
  })
  try {
    await Promise.all([once(page, 'message'), once(idle, 'message')])
    collectGarbage()
    const delay = monitorEventLoopDelay({ resolution: 1 })
    idle.send('start')
    delay.enable()
    page.postMessage(work)
    await once(page, 'message')
    // A turn later, so that the last delay is counted too.
    await new Promise(resolve => setTimeout(resolve, 5))
    delay.disable()
    const ours = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }
    return compare(name, ours, await delaysOf(idle))
  } finally {
    connection.close()
    idle.kill()
    await page.terminate()
  }
}

/** Collects garbage, so that it is not collected during the next measurement. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}

async function delaysOf(idle: ChildProcess): Promise<Delays> {
  const answer = once(idle, 'message')
  idle.send('stop')
  const [delays] = (await answer) as [Delays]
  return delays
}

function compare(name: string, ours: Delays, idle: Delays): Result[] {
  return (['p99', 'max'] as const).map(figure => {
    const allowed = Math.max(BUDGETS[figure], idle[figure])
    return {
      name: `delay of the host’s event loop, ${name}: ${figure} (at most ${BUDGETS[figure]} ms)`,
      unit: 'ms',
      ours: ours[figure],
      peer: 'idle process',
      peerValue: idle[figure],
      ratio: idle[figure] / ours[figure],
      bar: idle[figure] / allowed,
      ok: ours[figure] <= allowed,
    }
  })
}
