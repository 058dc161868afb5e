import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { journal } from '../../../../../src/core/adapters/journal/journal.ts'
import { replay } from '../../../../../src/core/adapters/journal/replay.ts'
import type { BinaryDatastore } from '../../../../../src/core/datastore.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { fileJournal } from '../../../../../src/core/node/journal/file-journal.ts'
import { MemoryDatastore } from '../../../../../src/core/stores/memory.ts'
import { collect } from '../../../../../src/testkit/suite.ts'
import { type Bundle, bundle } from '../../fs/crash/bundle.ts'
import { serialOf } from '../../fs/crash/self-described.ts'
import { TempRoots } from '../../fs/temp-root.ts'

const KILLS = 60
/** The number of kills for one folder. All its records are read after each. */
const KILLS_A_FOLDER = 5
const roots = new TempRoots()
let writer: Bundle

beforeAll(async () => {
  writer = await bundle(join(import.meta.dirname, 'writer.ts'))
}, 60_000)
afterAll(async () => {
  await writer.remove()
  await roots.remove()
})

it(`W10 ${KILLS} kills: acknowledged writes are recorded, and the records agree with the store`, {
  timeout: 120_000,
}, async () => {
  await Promise.all(
    ['none', 'full'].map(async (durability, lane) => {
      let serial = 0
      for (let round = 0; round < KILLS / 2; round += KILLS_A_FOLDER) {
        const [root, folder] = [await roots.make(), await roots.make()]
        const done = new Set<number>()
        for (let kill = 0; kill < KILLS_A_FOLDER; kill++) {
          const args = [root, folder, JSON.stringify({ durability }), String(serial)]
          for (const own of await killedAfter(args, pseudoRandom(lane, round + kill))) done.add(own)
          serial = Math.max(serial, ...done) + 20
          await check(root, folder, done)
        }
        expect(done.size).toBeGreaterThanOrEqual(KILLS_A_FOLDER)
      }
    }),
  )
})

/**
 * Runs a writer, kills it during one of its first writes, and returns the serials that it printed as done.
 * @param moment From 0 to 1: after how many writes, and how long after.
 */
async function killedAfter(args: readonly string[], moment: number): Promise<number[]> {
  const child = spawn(process.execPath, [writer.file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const serials: number[] = []
  const writes = Math.ceil(moment * 16)
  createInterface(child.stdout).on('line', line => {
    if (line.startsWith('done')) serials.push(Number(line.split(' ')[1]))
    if (serials.length === writes) setTimeout(() => child.kill('SIGKILL'), (moment * 1000) % 4)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  expect(signal).toBe('SIGKILL')
  return serials
}

async function check(root: string, folder: string, done: ReadonlySet<number>): Promise<void> {
  const log = await fileJournal(folder)
  await using store = await journal(await FsDatastore.open(root), { log })
  const recorded = new Set<number>()
  for await (const { changes } of store.entries()) {
    for (const { state, after } of changes) {
      expect(state).toBe('made')
      if (after instanceof Uint8Array) recorded.add(serialOf(after))
    }
  }
  expect([...done].filter(serial => !recorded.has(serial))).toEqual([])
  const copy = new MemoryDatastore()
  const count = await replay(log, copy)
  expect(await serialsIn(copy)).toEqual(await serialsIn(store))
  expect(await replay(log, copy, { direction: 'backward' })).toBe(count)
  expect(await serialsIn(copy)).toEqual([])
}

async function serialsIn(store: BinaryDatastore): Promise<readonly (readonly [string, number])[]> {
  const entries = await collect(store.query({}))
  return entries.map(({ key, value }) => [key.toString(), serialOf(value ?? new Uint8Array())])
}

/** From 0 to 1, the same in every run. */
function pseudoRandom(lane: number, round: number): number {
  return createHash('sha1').update(`${lane} ${round}`).digest().readUInt32BE() / 2 ** 32
}
