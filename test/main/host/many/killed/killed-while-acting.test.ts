import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BinaryDatastore } from '../../../../../src/core/datastore.ts'
import { Key } from '../../../../../src/core/key.ts'
import { openStack } from '../../../../../src/core/node/stack.ts'
import type { Source } from '../../../../../src/shared/procedures/sessions.ts'
import { type Bundle, bundle } from '../../../../core/node/fs/crash/bundle.ts'
import { bytesOf, connect, eventually, tempFolder, testHost, textOf } from '../../test-host.ts'

const KILLS = 50
const KEYS = 600
let actor: Bundle

beforeAll(async () => {
  actor = await bundle(join(import.meta.dirname, 'actor.ts'), ['classic-level'])
}, 60_000)
afterAll(() => actor.remove())

const WAYS = [
  'within a folder',
  'from folder to folder',
  'into LevelDB',
  'out of LevelDB',
  'within LevelDB',
] as const

/** The stacks of a move, the first of which has the keys, and whether something is at their new place. */
async function stacksOf(way: (typeof WAYS)[number]): Promise<readonly [object, object]> {
  const folder = async () => ({ kind: 'fs', path: await tempFolder(), layout: 'plain' })
  const level = async () => ({ kind: 'leveldb', path: await tempFolder() })
  const one = way.startsWith('out') || way.endsWith('n LevelDB') ? await level() : await folder()
  if (way.startsWith('within')) return [one, one]
  return [one, way === 'into LevelDB' ? await level() : await folder()]
}

it(`B10 ${KILLS} kills in the middle of a move lose no value, and the next start ends it`, {
  timeout: 600_000,
}, async () => {
  let wasRunning = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const way = WAYS[kill % WAYS.length] as (typeof WAYS)[number]
    const documents = (await stacksOf(way)).map(root => ({ strata: 1, root }))
    const hasConflicts = kill % 3 === 0
    const expected = await fill(documents, hasConflicts)
    const dataDirectory = await tempFolder()
    const sources = documents.map((document): Source => ({ type: 'document', document }))
    await killedAfter(dataDirectory, sources, (kill * 37) % 160)
    if ((await statesIn(dataDirectory)).includes('running')) wasRunning++

    // Nothing is half-written, and nothing lost, before anything goes on.
    const left = await valuesIn(documents)
    for (const value of expected) expect(left.includes(value), `${way}, kill ${kill}: ${value}`).toBe(true)

    const host = await testHost({ dataDirectory })
    const page = await connect(host)
    const sessions: string[] = []
    for (const source of sources) sessions.push((await host.open(source)).id)
    await eventually(async () => (await statesIn(dataDirectory)).every(state => state === 'done'))
    expect(page.eventsOf('jobChanged').filter(job => job.state === 'failed')).toEqual([])
    await host.close()
    expect((await valuesIn(documents)).sort(), `${way}, kill ${kill}`).toEqual([...expected].sort())

    // What a killed process did, and what went on after it, is taken back as one.
    if ((await statesIn(dataDirectory)).length === 0) continue
    const later = await testHost({ dataDirectory })
    const pageOfLater = await connect(later)
    const ids: string[] = []
    for (const source of sources) ids.push((await later.open(source)).id)
    // A host that closes just after an action may leave the end of its entry to the next one.
    const session = await eventually(async () => {
      for (const id of new Set([ids[1] ?? '', ids[0] ?? ''])) {
        const { undo } = await pageOfLater.call('history.state', { session: id })
        if (undo?.title.startsWith('move') === true) return id
      }
      return undefined
    })
    const undone = await pageOfLater.call('history.undo', { session })
    expect(undone, `${way}, kill ${kill}`).toMatchObject({ skipped: 0 })
    await later.close()
    expect((await valuesIn(documents)).sort(), `${way}, kill ${kill}`).toEqual([...expected].sort())
    const back = (await keysOf(documents[0])).filter(key => key.startsWith('/k/'))
    expect(back.length, `${way}, kill ${kill}`).toBe(KEYS)
  }
  // The kills came while keys were moving, not before and not after.
  expect(wasRunning).toBeGreaterThan(KILLS / 4)
})

/** @returns All values that are there. */
async function fill(documents: readonly object[], hasConflicts: boolean): Promise<string[]> {
  const values: string[] = []
  const put = async (store: BinaryDatastore, key: string, value: string): Promise<void> => {
    values.push(value)
    await store.put(Key.parse(key), bytesOf(value))
  }
  await inStack(documents[0], async store => {
    for (let index = 0; index < KEYS; index++) await put(store, `/k/${index % 7}/${index}`, `value ${index}`)
  })
  await inStack(documents[1], store =>
    put(store, hasConflicts ? '/in/k/0/0' : '/in/other', 'it was there before'),
  )
  return values
}

async function keysOf(document: object | undefined): Promise<string[]> {
  return await inStack(document, async store => {
    const keys: string[] = []
    for await (const { key } of store.query({ keysOnly: true }, { scan: true })) keys.push(key.toString())
    return keys
  })
}

async function inStack<T>(
  document: object | undefined,
  work: (store: BinaryDatastore) => Promise<T>,
): Promise<T> {
  await using stack = await openStack(document)
  return await work(stack.store)
}

async function valuesIn(documents: readonly object[]): Promise<string[]> {
  const values: string[] = []
  const paths = new Set(documents.map(document => JSON.stringify(document)))
  for (const text of paths) {
    await inStack(JSON.parse(text) as object, async store => {
      for await (const { value } of store.query({}, { scan: true })) values.push(textOf(value ?? bytesOf('')))
    })
  }
  return values
}

async function statesIn(dataDirectory: string): Promise<string[]> {
  const folder = join(dataDirectory, 'many')
  const states: string[] = []
  for (const id of await readdir(folder).catch(() => [])) {
    // One that was killed before it was on record has done nothing.
    const text = await readFile(join(folder, id, 'action.json'), 'utf8').catch(() => undefined)
    if (text !== undefined) states.push(String((JSON.parse(text) as { readonly state?: string }).state))
  }
  return states
}

async function killedAfter(dataDirectory: string, sources: readonly Source[], moment: number): Promise<void> {
  const args = [actor.file, dataDirectory, JSON.stringify(sources)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  createInterface(child.stdout).on('line', line => {
    if (line === 'begun') setTimeout(() => child.kill('SIGKILL'), moment)
  })
  const signal = await new Promise<string | null>(resolve => {
    child.once('close', (_, by) => resolve(by))
  })
  expect(signal).toBe('SIGKILL')
}
