import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { isNotFound } from '../../../../../src/core/errors.ts'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { TempRoots } from '../temp-root.ts'
import { type Bundle, bundle } from './bundle.ts'
import { crashKeys } from './crash-keys.ts'
import { serialOf } from './self-described.ts'

const KILLS = 210
const roots = new TempRoots()
let writer: Bundle

beforeAll(async () => {
  writer = await bundle(join(import.meta.dirname, 'writer.ts'))
}, 60_000)
afterAll(async () => {
  await writer.remove()
  await roots.remove()
})

/** The possible values of each key, as serials; 0 for none. */
type Held = Map<number, ReadonlySet<number>>

const lanes: readonly { readonly name: string; readonly options: FsOptions }[] = [
  { name: 'strata', options: {} },
  { name: 'plain', options: { layout: 'plain' } },
  { name: 'strata, flushed', options: { durability: 'full' } },
]

it(`F4 ${KILLS} kills: each key holds its old or its new value, whole, and no temporary file is left`, {
  timeout: 240_000,
}, async () => {
  const perLane = KILLS / lanes.length
  const begun = await Promise.all(
    lanes.map(async ({ options }, lane) => {
      const root = await roots.make()
      let held: Held = new Map(crashKeys.map((_, index) => [index, new Set([0])]))
      let serial = 0
      let changes = 0
      for (let round = 0; round < perLane; round++) {
        const lines = await killedAfter(root, options, serial, 5 + pseudoRandom(lane, round) * 55)
        const last = lastChanges(lines, held)
        serial = Math.max(serial, last.serial)
        changes += last.begun
        held = await check(root, options, last.allowed)
      }
      return changes
    }),
  )
  // The writers were killed while they wrote, not while they were idle.
  for (const changes of begun) expect(changes).toBeGreaterThan(perLane)
})

/** Runs a writer, kills it this number of milliseconds after it began to write, and returns its output. */
async function killedAfter(
  root: string,
  options: FsOptions,
  serial: number,
  delay: number,
): Promise<string[]> {
  const args = [writer.file, root, '--options', JSON.stringify(options), '--serial', String(serial)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', line => {
    lines.push(line)
    if (line === 'ready') setTimeout(() => child.kill('SIGKILL'), delay)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  expect(signal).toBe('SIGKILL')
  return lines
}

/** From the output of the writer: the last value of each key, and one that may have been written. */
function lastChanges(lines: readonly string[], before: Held) {
  const allowed: Held = new Map(before)
  let [serial, begun] = [0, 0]
  for (const line of lines) {
    const [verb, key, own] = line.split(' ')
    if (own === undefined) continue
    const [index, value] = [Number(key), Number(own)]
    serial = Math.max(serial, value)
    if (verb === 'begin') begun++
    allowed.set(index, verb === 'done' ? new Set([value]) : new Set([...(allowed.get(index) ?? []), value]))
  }
  return { allowed, serial: serial + 10, begun }
}

/** Reopens the folder, checks it, and returns the current value of each key. */
async function check(root: string, options: FsOptions, allowed: Held): Promise<Held> {
  await using store = await FsDatastore.open(root, options)
  const temps = options.layout === 'plain' ? root : join(root, '.strata', 'tmp')
  const names = await readdir(temps).catch(() => [])
  expect(names.filter(name => name.endsWith('.tmp') || name === '.strata-tmp')).toEqual([])
  const held: Held = new Map()
  for (const [index, key] of crashKeys.entries()) {
    const serial = await store.get(key).then(serialOf, (error: unknown) => {
      if (isNotFound(error)) return 0
      throw error
    })
    expect([...(allowed.get(index) ?? [])], key.toString()).toContain(serial)
    held.set(index, new Set([serial]))
  }
  return held
}

/** From 0 to 1, the same in every run. */
function pseudoRandom(lane: number, round: number): number {
  return createHash('sha1').update(`${lane} ${round}`).digest().readUInt32BE() / 2 ** 32
}
