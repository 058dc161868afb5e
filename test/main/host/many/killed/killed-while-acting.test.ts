import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/index.ts'
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

interface Root {
  readonly kind: 'fs' | 'leveldb'
  readonly path: string
}

/** The stacks of a move. The first one has the keys. */
async function rootsOf(way: (typeof WAYS)[number]): Promise<readonly [Root, Root]> {
  const folder = async () => ({ kind: 'fs', path: await tempFolder(), layout: 'plain' }) as const
  const level = async () => ({ kind: 'leveldb', path: await tempFolder() }) as const
  const one = way.startsWith('out') || way.endsWith('n LevelDB') ? await level() : await folder()
  if (way.startsWith('within')) return [one, one]
  return [one, way === 'into LevelDB' ? await level() : await folder()]
}

it(`B10 after ${KILLS} kills during a move no value is lost, and the next start completes it`, {
  timeout: 600_000,
}, async () => {
  let wasRunning = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const way = WAYS[kill % WAYS.length] as (typeof WAYS)[number]
    const roots = await rootsOf(way)
    const hasConflicts = kill % 3 === 0
    const expected = await fill(roots, hasConflicts)
    const dataDirectory = await tempFolder()
    const sources = roots.map((root): Source => ({ type: 'document', document: { strata: 1, root } }))
    await killedAfter(dataDirectory, sources, (kill * 37) % 160)
    if ((await statesIn(dataDirectory)).includes('running')) wasRunning++

    // No value is half-written or lost before the next start continues.
    const left = await valuesIn(roots)
    for (const value of expected) expect(left.includes(value), `${way}, kill ${kill}: ${value}`).toBe(true)

    const host = await testHost({ dataDirectory })
    const page = await connect(host)
    const sessions: string[] = []
    for (const source of sources) sessions.push((await host.open(source)).id)
    await eventually(async () => (await statesIn(dataDirectory)).every(state => state === 'done'))
    expect(page.eventsOf('jobChanged').filter(job => job.state === 'failed')).toEqual([])
    await host.close()
    expect((await valuesIn(roots)).sort(), `${way}, kill ${kill}`).toEqual([...expected].sort())

    // The steps of the killed process and those of the next start are undone together.
    if ((await statesIn(dataDirectory)).length === 0) continue
    const later = await testHost({ dataDirectory })
    const pageOfLater = await connect(later)
    const ids: string[] = []
    for (const source of sources) ids.push((await later.open(source)).id)
    // A host that closes just after an action may leave completing its entry to the next one.
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
    expect((await valuesIn(roots)).sort(), `${way}, kill ${kill}`).toEqual([...expected].sort())
    const back = [...(await contentOf(roots[0])).keys()].filter(key => key.startsWith('/k/'))
    expect(back.length, `${way}, kill ${kill}`).toBe(KEYS)
  }
  // The kills came while keys were moving, neither before nor after.
  expect(wasRunning).toBeGreaterThan(KILLS / 4)
})

/** @returns All values. */
async function fill([from, to]: readonly [Root, Root], hasConflicts: boolean): Promise<string[]> {
  const values = new Map<string, string>()
  for (let index = 0; index < KEYS; index++) values.set(`/k/${index % 7}/${index}`, `value ${index}`)
  await put(from, values)
  const other = new Map([[hasConflicts ? '/in/k/0/0' : '/in/other', 'it was there before']])
  await put(to, other)
  return [...values.values(), ...other.values()]
}

// The files of a folder are written and read without a store, which would take most of the time of this test.

async function put({ kind, path }: Root, values: ReadonlyMap<string, string>): Promise<void> {
  if (kind === 'fs') {
    for (const [key, value] of values) {
      mkdirSync(dirname(join(path, key)), { recursive: true })
      writeFileSync(join(path, key), value)
    }
    return
  }
  await using store = await LevelDatastore.open(path)
  const batch = store.batch()
  for (const [key, value] of values) batch.put(Key.parse(key), bytesOf(value))
  await batch.commit()
}

/** Values by keys. */
async function contentOf({ kind, path }: Root): Promise<Map<string, string>> {
  const content = new Map<string, string>()
  if (kind === 'fs') {
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      content.set(`/${relative(path, file).replaceAll(sep, '/')}`, readFileSync(file, 'utf8'))
    }
    return content
  }
  await using store = await LevelDatastore.open(path)
  for await (const { key, value } of store.query({}, { scan: true }))
    content.set(key.toString(), textOf(value ?? bytesOf('')))
  return content
}

async function valuesIn(roots: readonly [Root, Root]): Promise<string[]> {
  const [from, to] = roots
  const contents = [await contentOf(from)]
  if (to.path !== from.path) contents.push(await contentOf(to))
  return contents.flatMap(content => [...content.values()])
}

async function statesIn(dataDirectory: string): Promise<string[]> {
  const folder = join(dataDirectory, 'many')
  const states: string[] = []
  for (const id of await readdir(folder).catch(() => [])) {
    // An action killed before it was recorded has done nothing.
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
