import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import type { Datastore } from '../../../../../src/core/open/datastore.ts'
import { noRedis, startRedis } from '../../../../servers/redis.ts'
import { type Bundle, bundle } from '../../fs/crash/bundle.ts'
import { serialOf } from '../../fs/crash/self-described.ts'
import { TempRoots } from '../../fs/temp-root.ts'
import { openEngine } from './engines.ts'

/** `STRATA_KILLS=200 npx vitest run test/core/node/engines/crash` kills more often. */
const KILLS = Number(process.env['STRATA_KILLS'] ?? 20)
/** Of a server: what is answered is on the device. */
const DURABLE = [
  ['appendonly', 'yes'],
  ['appendfsync', 'always'],
] as const
/** An engine is used for so many kills. */
const KILLS_A_PLACE = 10
const roots = new TempRoots()
let writer: Bundle

beforeAll(async () => {
  writer = await bundle(join(import.meta.dirname, 'writer.ts'), [
    'classic-level',
    'lmdb',
    '@photostructure/sqlite',
  ])
}, 60_000)
afterAll(async () => {
  await writer.remove()
  await roots.remove()
})

/** What a writer said before it was killed. */
interface Told {
  /** The last serial of each key that was answered, and the last that was begun. */
  readonly done: Map<string, number>
  readonly begun: Map<string, number>
}

it.for([
  ['leveldb', 'none'],
  ['leveldb', 'full'],
  ['lmdb', 'none'],
  ['lmdb', 'full'],
  ['sqlite', 'none'],
  ['sqlite', 'full'],
  ['memory over redis', 'none'],
  ['leveldb over redis', 'none'],
] as const)(
  `E3 D37 ${KILLS} kills of %s, durability %s: no acknowledged write is lost, none is torn`,
  {
    timeout: KILLS * 6000,
  },
  async ([engine, durability], { skip }) => {
    const isServed = engine.endsWith('redis')
    skip(isServed && noRedis !== undefined, noRedis)
    const server = isServed ? await startRedis({ config: DURABLE }) : undefined
    let serial = 0
    for (let round = 0; round < KILLS; round += KILLS_A_PLACE) {
      const path = join(await roots.make(), 'store')
      const told: Told = { done: new Map(), begun: new Map() }
      for (let kill = 0; kill < KILLS_A_PLACE; kill++) {
        const args = [engine, path, durability, String(serial), server?.url ?? '']
        await killedAfter(args, told, ((round + kill) * 37) % 100)
        serial = Math.max(serial, ...told.begun.values(), ...told.done.values()) + 100
        await check(await openEngine(engine, path, 'none', server?.url ?? ''), told)
      }
      expect(told.done.size).toBeGreaterThan(5)
      await server?.cli('flushall')
    }
    await server?.stop()
  },
)

/** Runs a writer and kills it, some lines and some time after it began to write. */
async function killedAfter(args: readonly string[], told: Told, moment: number): Promise<void> {
  const child = spawn(process.execPath, [writer.file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let lines = 0
  createInterface(child.stdout).on('line', line => {
    const [verb, name = '', serial] = line.split(' ')
    if (verb === 'begin') told.begun.set(name, Number(serial))
    if (verb === 'done' || verb === 'pair') told.done.set(name, Number(serial))
    if (++lines === 20 + moment) setTimeout(() => child.kill('SIGKILL'), moment % 5)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  expect(signal).toBe('SIGKILL')
}

async function check(opened: Datastore, { done, begun }: Told): Promise<void> {
  await using store = opened
  for (const [name, serial] of done) {
    if (name === 'both') continue
    const found = serialOf(await store.get(Key.of('values', name)))
    expect(found, name).toBeGreaterThanOrEqual(serial)
    expect(found, name).toBeLessThanOrEqual(begun.get(name) ?? 0)
  }
  const pair = done.get('both')
  if (pair === undefined) return
  const sides = []
  for (const side of ['left', 'right']) sides.push(serialOf(await store.get(Key.of('pair', side))))
  if (store.capabilities.batch === 'atomic') expect(sides[0]).toBe(sides[1])
  expect(sides[0]).toBeGreaterThanOrEqual(pair)
  const etags = new Set<string>()
  for await (const { stat } of store.query({ withStat: true, keysOnly: true })) etags.add(stat?.etag ?? '')
  expect(etags.size, 'no two values have one version').toBe(done.size + 1)
}
