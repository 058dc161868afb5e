import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { FsDatastore } from '../../../src/core/node/fs/fs-datastore.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { MapStore } from '../../core/open/map-store.ts'
import { bareSessions } from './bare-sessions.ts'
import { afterTest, bytesOf, tempFolder, textOf } from './test-host.ts'

const keysOf = (count: number) => Array.from({ length: count }, (_, index) => Key.of('k', String(index)))

/** Sessions, and one of them with an open document. */
async function sessionOf(root: object) {
  const { sessions, logged, close } = await bareSessions(await tempFolder())
  afterTest(close)
  const { id } = await sessions.open({ type: 'document', document: { strata: 1, root } }, undefined)
  return {
    sessions,
    logged,
    session: sessions.get(id),
    store: sessions.get(id).store,
    apply: (next: object, discard = false) => sessions.apply(id, { strata: 1, root: next }, { discard }),
  }
}

function tiers(path: string, mode: string, label = 'Tiers') {
  const fs = { kind: 'fs', id: 'files', path, layout: 'strata' }
  return { kind: 'tiered', label, mode, tiers: [{ kind: 'memory' }, fs] }
}

/** The contents of a folder after its store is closed. */
async function onDisk(path: string, keys: readonly Key[]): Promise<string[]> {
  const store = await FsDatastore.open(path, { layout: 'strata' })
  const values = await Promise.all(keys.map(async key => textOf(await store.get(key))))
  await store.close()
  return values
}

/** Cannot complete its work. */
class Full extends MapStore {
  isClosed = false

  async settle(): Promise<void> {
    throw new Error('the disk is full')
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}

describe('sessions.apply keeps acknowledged writes', () => {
  it('X8 2,000 puts acknowledged by write-back are readable after it, and 200 later puts are on disk', async () => {
    const path = await tempFolder()
    const { sessions, store, apply, logged } = await sessionOf(tiers(path, 'write-back'))
    const keys = keysOf(2000)
    await Promise.all(keys.map(key => store.put(key, bytesOf('old'))))
    await apply(tiers(path, 'write-through'))
    expect((await Promise.all(keys.map(key => store.get(key)))).map(textOf)).toEqual(keys.map(() => 'old'))
    const last = keys.slice(-200)
    await Promise.all(last.map(key => store.put(key, bytesOf('NEW'))))
    await sessions.closeAll()
    expect(await onDisk(path, last)).toEqual(last.map(() => 'NEW'))
    expect(logged).toEqual([])
  })

  it('X8 a stack with a journal can be applied repeatedly', async () => {
    const [path, log] = [await tempFolder(), await tempFolder()]
    const stack = (label: string) => ({
      kind: 'journal',
      label,
      log,
      store: { kind: 'fs', path, layout: 'strata' },
    })
    const { session, store, apply } = await sessionOf(stack('one'))
    for (const label of ['two', 'three', 'four']) {
      await store.put(Key.of(label), bytesOf(label))
      await apply(stack(label))
      expect(session.info.nodes[0]).toMatchObject({ label })
      expect(textOf(await store.get(Key.of(label)))).toBe(label)
    }
  })

  it('X9 D16 1,000 calls in flight: none lost, none failed, each key in call order', async () => {
    const path = await tempFolder()
    const { sessions, store, apply } = await sessionOf(tiers(path, 'write-back'))
    const keys = keysOf(50)
    const seen: Promise<string>[] = []
    const calls: Promise<unknown>[] = []
    const callAll = (from: number, to: number) => {
      for (let round = from; round < to; round++) {
        for (const key of keys) {
          calls.push(store.put(key, bytesOf(String(round))))
          seen.push(store.get(key).then(textOf))
        }
      }
    }
    callAll(0, 5)
    const applied = apply(tiers(path, 'write-through', 'Next'))
    callAll(5, 10)
    await applied
    await Promise.all(calls)
    const expected = Array.from({ length: 10 }, (_, round) => keys.map(() => String(round))).flat()
    expect(calls.length + seen.length).toBe(1000)
    expect(await Promise.all(seen)).toEqual(expected)
    await sessions.closeAll()
    expect(await onDisk(path, keys)).toEqual(keys.map(() => '9'))
  })

  it('X10 after a failed apply the old stack serves again, complete, and with the calls that were held', async () => {
    const [path, missing] = [await tempFolder(), join(await tempFolder(), 'missing')]
    const { session, sessions, store, apply } = await sessionOf(tiers(path, 'write-back'))
    const keys = keysOf(500)
    const before = session.info
    await Promise.all(keys.map(key => store.put(key, bytesOf('kept'))))
    const failing = { kind: 'fs', path: missing, layout: 'plain', create: false }
    const applied = apply(failing)
    const held = store.put(Key.of('held'), bytesOf('held'))
    await expect(applied).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'root.path' })
    await held
    expect(session.info).toEqual(before)
    expect((await Promise.all(keys.map(key => store.get(key)))).map(textOf)).toEqual(keys.map(() => 'kept'))
    await sessions.closeAll()
    expect(await onDisk(path, [...keys, Key.of('held')])).toEqual([...keys.map(() => 'kept'), 'held'])
  })

  it('X8 a stack whose acknowledged writes cannot reach the last tier stays in use', async () => {
    const last = { kind: 'fault', isOffline: true, store: { kind: 'memory' } }
    const offline = { kind: 'tiered', mode: 'write-back', tiers: [{ kind: 'memory' }, last] }
    const { session, store, apply } = await sessionOf(offline)
    // A write is recorded with the value that it replaces, which the last tier would have to return.
    await session.history.setOn(false)
    await store.put(Key.of('a'), bytesOf('kept'))
    await expect(apply({ kind: 'null' })).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('what runs cannot write what it holds') as string,
    })
    expect(textOf(await store.get(Key.of('a')))).toBe('kept')
  })

  it('X8 a given store that cannot flush its writes stays in use', async () => {
    const below = new Full()
    const { sessions } = await sessionOf({ kind: 'null' })
    const { id } = await sessions.openStore('Given', new Datastore(below))
    const { store } = sessions.get(id)
    await store.put(Key.of('a'), bytesOf('kept'))
    const applied = sessions.apply(id, { strata: 1, root: { kind: 'memory' } }, { discard: true })
    await expect(applied).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringContaining('is full') as string,
    })
    expect(textOf(await store.get(Key.of('a')))).toBe('kept')
    expect(below.isClosed).toBe(false)
  })

  it('X10 a given store stays in use if the document cannot be opened', async () => {
    const { sessions } = await sessionOf({ kind: 'null' })
    const given = new MemoryDatastore()
    await given.put(Key.of('a'), bytesOf('kept'))
    const { id } = await sessions.openStore('Given', given)
    const failing = { kind: 'fs', path: join(await tempFolder(), 'missing'), layout: 'plain', create: false }
    const apply = (discard: boolean) => sessions.apply(id, { strata: 1, root: failing }, { discard })
    await expect(apply(false)).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(apply(true)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(textOf(await sessions.get(id).store.get(Key.of('a')))).toBe('kept')
  })

  it('X10 a failed apply closes nothing that could not be opened again', async () => {
    const folder = join(await tempFolder(), 'data')
    await mkdir(folder)
    const memory = { kind: 'memory', id: 'memory' }
    const files = { kind: 'fs', path: folder, layout: 'plain', create: false }
    const { store, apply } = await sessionOf({ kind: 'mount', mounts: { '/m': memory, '/f': files } })
    await store.put(Key.of('m', 'a'), bytesOf('kept'))
    await rename(folder, `${folder}-away`)
    const failing = { kind: 'mount', mounts: { '/m': memory, '/f': { ...files, path: `${folder}-missing` } } }
    await expect(apply(failing)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(textOf(await store.get(Key.of('m', 'a')))).toBe('kept')
    await apply({ kind: 'mount', mounts: { '/m': memory } })
    expect(textOf(await store.get(Key.of('m', 'a')))).toBe('kept')
    await rm(`${folder}-away`, { recursive: true })
  })
})

describe('sessions.apply and memory', () => {
  const [a, value] = [Key.of('a'), bytesOf('kept')]
  const memory = { kind: 'memory', id: 'values' }

  it('X11 a memory node that did not change keeps its values, wherever it is moved', async () => {
    const { store, apply } = await sessionOf(memory)
    const { etag } = await store.put(a, value)
    await apply({ ...memory, label: 'Renamed' })
    expect(await store.stat(a)).toMatchObject({ etag })
    await apply({ kind: 'tiered', tiers: [{ kind: 'memory', id: 'copies' }, memory] })
    expect(textOf(await store.get(a))).toBe('kept')
    await apply({ kind: 'read-only', store: memory })
    expect(textOf(await store.get(a))).toBe('kept')
  })

  it.each([
    ['is gone', { kind: 'null' }],
    ['has another id', { kind: 'memory', id: 'other' }],
    ['has other options', { ...memory, maxEntries: 5 }],
    ['would hold copies', { kind: 'tiered', tiers: [memory, { kind: 'memory', id: 'below' }] }],
  ])('X11 values are not lost without confirmation when their memory node %s', async (_, next) => {
    const { store, apply } = await sessionOf(memory)
    await store.put(a, value)
    await expect(apply(next)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'Cannot apply the stack: values that only memory holds would be lost, in "Memory" (root)',
    })
    expect(textOf(await store.get(a))).toBe('kept')
    await apply(next, true)
    expect(await store.has(a)).toBe(false)
  })

  it('X8 an upper tier is opened empty, because the tier below may be another one', async () => {
    const [one, other] = [await tempFolder(), await tempFolder()]
    const stack = (path: string) => {
      const fs = { kind: 'fs', path, layout: 'strata' }
      return { kind: 'tiered', tiers: [{ kind: 'memory', id: 'copies' }, fs] }
    }
    const { store, apply } = await sessionOf(stack(one))
    await store.put(a, value)
    await apply(stack(other))
    expect(await store.has(a)).toBe(false)
    await apply(stack(one))
    expect(textOf(await store.get(a))).toBe('kept')
  })

  it('X11 empty memory needs no confirmation', async () => {
    const { apply, session } = await sessionOf(memory)
    await apply({ kind: 'null' })
    expect(session.info.nodes).toMatchObject([{ kind: 'null' }])
  })
})
