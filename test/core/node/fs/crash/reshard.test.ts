import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ShardFunctionName } from '../../../../../src/core/adapters/sharded/shard-function.ts'
import { ShardedDatastore } from '../../../../../src/core/adapters/sharded/sharded.ts'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { collect, walkKeys } from '../../../../../src/testkit/suite.ts'
import { TempRoots } from '../temp-root.ts'
import { type Bundle, bundle } from './bundle.ts'
import { selfDescribed, serialOf } from './self-described.ts'

const KILLS = 56
const LANES = 2
const KEYS = 400
const roots = new TempRoots()
let resharder: Bundle

beforeAll(async () => {
  resharder = await bundle(join(import.meta.dirname, 'resharder.ts'))
}, 60_000)
afterAll(async () => {
  await resharder.remove()
  await roots.remove()
})

/** The possible values of each key, as serials; 0 for none. */
type Held = Map<string, ReadonlySet<number>>

interface List {
  readonly shards: readonly number[]
  readonly by: ShardFunctionName
}

/** The list of shards grows, shrinks and changes its order, and the function changes. */
const lists: readonly [List, ...List[]] = [
  { shards: [0, 1], by: 'jump' },
  { shards: [2, 0, 1], by: 'jump' },
  { shards: [2, 3], by: 'modulo' },
  { shards: [1, 2, 3, 0], by: 'next-to-last' },
  { shards: [0], by: 'jump' },
]

it(`S3 ${KILLS} kills: every key is whole after each kill, and in the end each is once in its home shard`, {
  timeout: 240_000,
}, async () => {
  const finished = await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane)))
  // The kills happened while keys were moving, not before or after.
  for (const { stopped } of finished) expect(stopped).toBeGreaterThan(KILLS / LANES / 3)
})

async function runLane(lane: number): Promise<{ readonly stopped: number }> {
  const folders = await Promise.all([0, 1, 2, 3].map(() => roots.make()))
  let held: Held = await fillFolders(folders)
  let [kills, stopped, turn, serial] = [0, 0, 0, 1000]
  while (kills < KILLS / LANES) {
    const [from, to] = [lists[turn % lists.length], lists[(turn + 1) % lists.length]] as [List, List]
    const at = (list: List) => list.shards.map(index => folders[index] as string)
    const change = { from: at(from), to: at(to), fromBy: from.by, toBy: to.by }
    const { lines, wasKilled } = await killedAfter(change, serial, 4 + pseudoRandom(lane, kills) * 40)
    const last = lastChanges(lines, held)
    serial = last.serial + 10
    held = await expectWhole(folders, last.allowed)
    if (wasKilled) {
      kills++
      if (await isHalfway(folders, to)) stopped++
    } else {
      await expectSettled(folders, to, held)
      turn++
    }
  }
  const { shards, by } = lists[(turn + 1) % lists.length] as List
  const stores = await Promise.all(folders.map(folder => FsDatastore.open(folder)))
  const from = lists[turn % lists.length] as List
  const last = new ShardedDatastore<Uint8Array>(
    from.shards.map(index => stores[index] as FsDatastore),
    { by: from.by },
  )
  await last.reshard(
    shards.map(index => stores[index] as FsDatastore),
    { by },
  )
  for (const store of stores) await store.close()
  await expectSettled(folders, { shards, by }, held)
  return { stopped }
}

async function fillFolders(folders: readonly string[]): Promise<Held> {
  const stores = await openAll(folders)
  const sharded = new ShardedDatastore<Uint8Array>(stores.slice(0, 2))
  const held: Held = new Map()
  for (let index = 1; index <= KEYS; index++) {
    const key = Key.of('kept', `k${index % 9}`, `n${index}`)
    await sharded.put(key, selfDescribed(index, index % 50 === 0 ? 100_000 : index % 2000))
    held.set(key.toString(), new Set([index]))
  }
  for (const store of stores) await store.close()
  return held
}

async function killedAfter(change: object, serial: number, delay: number) {
  const args = [resharder.file, '--change', JSON.stringify(change), '--serial', String(serial)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  createInterface(child.stdout).on('line', line => {
    lines.push(line)
    if (line === 'ready') setTimeout(() => child.kill('SIGKILL'), delay)
  })
  const [code, signal] = await new Promise<[number | null, string | null]>(resolve => {
    child.once('close', (status, by) => resolve([status, by]))
  })
  expect([code, signal]).toEqual(signal === null ? [0, null] : [null, 'SIGKILL'])
  return { lines, wasKilled: !lines.includes('settled') }
}

/** From the output of the child: the last value of each key, and one that may have been written. */
function lastChanges(lines: readonly string[], before: Held) {
  const allowed: Held = new Map(before)
  let serial = 0
  for (const line of lines) {
    const [verb, index, own] = line.split(' ')
    if (own === undefined) continue
    const [key, value] = [`/written/w${index}`, Number(own)]
    serial = Math.max(serial, value)
    allowed.set(key, new Set(verb === 'done' ? [value] : [value, ...(allowed.get(key) ?? [0])]))
  }
  return { allowed, serial: Math.max(serial, 1000) }
}

/** Expects at least one whole copy of each key, equal copies, and one of its possible values. */
async function expectWhole(folders: readonly string[], allowed: Held): Promise<Held> {
  const stores = await openAll(folders)
  const found = new Map<string, Set<number>>()
  for (const store of stores) {
    for (const text of await walkKeys(store)) {
      const serials = found.get(text) ?? new Set()
      found.set(text, serials.add(serialOf(await store.get(Key.parse(text)))))
    }
    await store.close()
  }
  for (const text of found.keys()) expect([...allowed.keys()]).toContain(text)
  const held: Held = new Map()
  for (const [text, serials] of allowed) {
    const copies = [...(found.get(text) ?? new Set([0]))]
    expect(copies, text).toHaveLength(1)
    expect([...serials], text).toContain(copies[0])
    held.set(text, new Set(copies))
  }
  return held
}

/** Whether some keys are already in their new shard, and others are not. */
async function isHalfway(folders: readonly string[], list: List): Promise<boolean> {
  const stores = await openAll(folders)
  const sharded = new ShardedDatastore<Uint8Array>(
    list.shards.map(index => stores[index] as FsDatastore),
    { by: list.by },
  )
  const places = new Set<boolean>()
  for (const store of stores) {
    for (const text of await walkKeys(store)) {
      places.add(sharded.shards[sharded.shardIndex(Key.parse(text))] === store)
    }
    await store.close()
  }
  return places.size === 2
}

async function expectSettled(folders: readonly string[], list: List, held: Held): Promise<void> {
  const stores = await openAll(folders)
  const sharded = new ShardedDatastore<Uint8Array>(
    list.shards.map(index => stores[index] as FsDatastore),
    { by: list.by },
  )
  const expected = [...held].filter(([, serials]) => !serials.has(0)).map(([text]) => text)
  const all = await Promise.all(stores.map(store => walkKeys(store)))
  expect(all.flat().sort()).toEqual(expected.sort())
  expect(await collect(sharded.verify())).toEqual([])
  expect((await walkKeys(sharded)).sort()).toEqual(expected)
  for (const store of stores) await store.close()
}

function openAll(folders: readonly string[]): Promise<FsDatastore[]> {
  return Promise.all(folders.map(folder => FsDatastore.open(folder)))
}

/** From 0 to 1, the same in every run. */
function pseudoRandom(lane: number, round: number): number {
  return createHash('sha1').update(`reshard ${lane} ${round}`).digest().readUInt32BE() / 2 ** 32
}
