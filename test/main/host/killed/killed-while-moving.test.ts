import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { openStack } from '../../../../src/core/node/stack.ts'
import { type Bundle, bundle } from '../../../core/node/fs/crash/bundle.ts'
import { bareSessions } from '../bare-sessions.ts'
import { bytesOf, tempFolder, textOf } from '../test-host.ts'

const KILLS = 12
const KEYS = 800
let applier: Bundle

beforeAll(async () => {
  applier = await bundle(join(import.meta.dirname, 'applier.ts'))
}, 60_000)
afterAll(() => applier.remove())

const shard = (path: string) => ({ kind: 'fs', id: path.slice(-6), path, layout: 'strata' })
const sharded = (...paths: string[]) => ({ kind: 'sharded', id: 'all', shards: paths.map(shard) })
const stack = (root: object) => ({ strata: 1, root })
/** Wraps a node while keys below it are still moving. */
const wrapped = (root: object) => ({ kind: 'retry', id: 'again', store: root })

it(`X15 after ${KILLS} kills during a reshard, the next start finds every key and moves the rest`, {
  timeout: 240_000,
}, async () => {
  let wasMoving = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const [one, two, three] = await Promise.all([tempFolder(), tempFolder(), tempFolder()])
    const before = stack(sharded(one, two))
    const isWrapped = kill % 2 === 1
    const last = sharded(three, two, one)
    const after = stack(isWrapped ? wrapped(last) : last)
    const keys = await fill(before)
    const dataDirectory = await tempFolder()
    const documents = isWrapped ? [before, stack(last), after] : [before, after]
    const written = await killedAfter(dataDirectory, documents, kill * 9)
    const unfinished = await readdir(join(dataDirectory, 'changes')).catch(() => [])
    if (unfinished.length > 0) wasMoving++

    const expected = new Map([...keys, ...written])
    // Reopens the stack as it was before, as a user would. Nothing else records the change.
    const { sessions, logged, close } = await bareSessions(dataDirectory)
    const document = unfinished.length > 0 && kill % 4 < 2 ? before : after
    const { id, source } = await sessions.open({ type: 'document', document }, undefined)
    expect(source).toMatchObject({ document: { root: { id: isWrapped ? 'again' : 'all' } } })
    await expectAll(key => sessions.get(id).store.get(key), expected)
    await close()
    expect(logged).toEqual([])
    expect(await readdir(join(dataDirectory, 'changes')).catch(() => [])).toEqual([])

    // Another program, which only has the new list of shards.
    await using settled = await openStack(after)
    await expectAll(key => settled.store.get(key), expected)
  }
  // The kills came while keys were moving, neither before nor after.
  expect(wasMoving).toBeGreaterThan(KILLS / 3)
})

async function fill(document: object): Promise<Map<string, number>> {
  await using opened = await openStack(document)
  const keys = Array.from({ length: KEYS }, (_, index) => [`/k/${index}`, index] as const)
  await Promise.all(keys.map(([key, value]) => opened.store.put(Key.parse(key), bytesOf(String(value)))))
  return new Map(keys)
}

/** @returns At least the writes that the killed process completed. */
async function killedAfter(
  dataDirectory: string,
  documents: readonly object[],
  moment: number,
): Promise<Map<string, number>> {
  const args = [applier.file, dataDirectory, JSON.stringify(documents)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const written = new Map<string, number>()
  let applied = 0
  createInterface(child.stdout).on('line', line => {
    const [verb, value] = line.split(' ')
    if (verb === 'done') written.set(`/written/${Number(value) % 100}`, Number(value))
    if (verb === 'applied' && ++applied === documents.length - 1)
      setTimeout(() => child.kill('SIGKILL'), moment)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  expect(signal).toBe('SIGKILL')
  return written
}

/** A key may hold a later write than the last acknowledged one. */
async function expectAll(
  get: (key: Key) => Promise<Uint8Array>,
  expected: ReadonlyMap<string, number>,
): Promise<void> {
  const found = await Promise.all(
    [...expected.keys()].map(async key => [key, Number(textOf(await get(Key.parse(key))))] as const),
  )
  for (const [key, value] of found)
    expect([expected.get(key), (expected.get(key) ?? 0) + 100]).toContain(value)
}
