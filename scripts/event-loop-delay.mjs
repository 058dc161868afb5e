// node scripts/event-loop-delay.mjs [KEYS]: the delay of the event loop, as the host opens folders, while 3,000 values of
// 60 KB are put into one folder and all keys of another (default a million, a tenth of them in one level) are walked
// through. Bars: p99 10 ms, maximum 50 ms, on a machine that does nothing else. Run it after `npm run build`.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Key } from '../dist/core/index.js'
import { openStack } from '../dist/core/node/index.js'

const PER_FOLDER = 1000
const PUTS = 3000
const keys = Number(process.argv[2] ?? 1_000_000)
const base = await mkdtemp(join(tmpdir(), 'strata-delay-'))
const [walked, written] = [join(base, 'walked'), join(base, 'written')]

async function fill(folder, count) {
  await mkdir(folder, { recursive: true })
  for (let start = 0; start < count; start += 200) {
    const names = Array.from({ length: Math.min(200, count - start) }, (_, index) => `key-${start + index}`)
    await Promise.all(names.map(name => writeFile(join(folder, name), '')))
  }
}

async function walk(store, prefix) {
  let [count, after] = [0]
  do {
    const page = await store.list(prefix, { limit: PER_FOLDER, ...(after !== undefined && { after }) })
    for (const { key, isValue, isBranch } of page.children) {
      if (isValue) count++
      if (isBranch) count += await walk(store, key)
    }
    after = page.cursor
  } while (after !== undefined)
  return count
}

async function putAll(store) {
  const value = new Uint8Array(60 * 1024).fill(7)
  let next = 0
  const lane = async () => {
    while (next < PUTS) {
      const index = next++
      await store.put(Key.of(`branch-${index % 7}`, `value-${index}`), value)
    }
  }
  await Promise.all(Array.from({ length: 16 }, lane))
}

try {
  await fill(join(walked, 'flat'), keys / 10)
  for (let folder = 0; folder * PER_FOLDER < keys * 0.9; folder++) {
    await fill(join(walked, `folder-${folder}`), PER_FOLDER)
  }
  const open = path =>
    openStack(
      { strata: 1, root: { kind: 'fs', path, layout: 'plain', create: true } },
      { inlineFiles: false },
    )
  const [read, write] = [await open(walked), await open(written)]
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const [count] = await Promise.all([walk(read.store, Key.root), putAll(write.store)])
  delay.disable()
  const ms = nanoseconds => (nanoseconds / 1e6).toFixed(1)
  console.log(
    `${count} keys, p50 ${ms(delay.percentile(50))} ms, p99 ${ms(delay.percentile(99))} ms, max ${ms(delay.max)} ms, load ${loadavg()[0].toFixed(1)}`,
  )
  await Promise.all([read.close(), write.close()])
} finally {
  await rm(base, { recursive: true })
}
