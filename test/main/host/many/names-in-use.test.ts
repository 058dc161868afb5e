import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { renamer } from '../../../../src/main/host/many/new-names.ts'
import type { ManyAction, NamePattern, Selection } from '../../../../src/shared/procedures/many.ts'
import { bytesOf, connect, openSession, testHost } from '../test-host.ts'
import { act, filesOf, folderOf, keys, keysIn, run, undo } from './many-test.ts'

/** All keys of a level. */
const all = (level: string): Selection => ({ keys: [], ranges: [{ level }] })

const rename = (selection: Selection, find: string, replace: string): ManyAction => ({
  type: 'rename',
  selection,
  pattern: { kind: 'regex', find, replace },
})

/** The keys of a store with the texts of their values. */
async function valuesIn(store: BinaryDatastore): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const key of await keysIn(store)) found[key] = Buffer.from(await store.get(Key.parse(key))).toString()
  return found
}

/** A session of a store in memory, in which the value of each key is the key. */
async function openKeys(texts: readonly string[]) {
  const store = new MemoryDatastore()
  for (const text of texts) await store.put(Key.parse(text), bytesOf(text))
  return openSession(store)
}

describe('names that an action creates in the level it reads', () => {
  it('B16 a renamed key is not processed again on a later page of its level', async () => {
    const names = Array.from({ length: 2500 }, (_, index) => `/l/${String(index).padStart(4, '0')}`)
    const { page, session, store } = await openKeys(names)
    const job = await act(page, session, rename(all('/l'), '^', 'x'))
    expect(job).toMatchObject({ done: 2500, result: { stayed: 0, skipped: 0 } })
    expect(await keysIn(store)).toEqual(names.map(name => name.replace('/l/', '/l/x')))
    expect(await undo(page, job)).toMatchObject({ state: 'done', done: 2500 })
    expect(await keysIn(store)).toEqual(names)
  })

  it('B16 a copy beside its original is not copied again', async () => {
    const names = Array.from({ length: 2100 }, (_, index) => `/l/${String(index).padStart(4, '0')}`)
    const { page, session, store } = await openKeys(names)
    const job = await act(page, session, { type: 'duplicate', selection: all('/l') })
    expect(job).toMatchObject({ done: 2100 })
    expect(await keysIn(store)).toEqual(names.flatMap(name => [name, `${name} copy`]).sort())
  })

  it('B17 a key can take the name of one that is renamed, whatever their order', async () => {
    const { page, session, store } = await openKeys(['/a', '/aa', '/aaa', '/b'])
    const action = rename(all('/'), '^a', 'aa')
    expect((await run(page, session, { type: 'previewMany', action })).preview).toMatchObject({
      keys: 3,
      conflicts: 0,
      unchanged: 1,
    })
    const job = await act(page, session, action)
    expect(job).toMatchObject({ done: 3, result: { skipped: 0, stayed: 0 } })
    expect(await valuesIn(store)).toEqual({ '/aa': '/a', '/aaa': '/aa', '/aaaa': '/aaa', '/b': '/b' })
    await undo(page, job)
    expect(await valuesIn(store)).toEqual({ '/a': '/a', '/aa': '/aa', '/aaa': '/aaa', '/b': '/b' })
    const back = await act(page, session, rename(keys('/aaa', '/aa'), '^a', ''))
    // Keys whose new name stays in use are not renamed.
    expect(back).toMatchObject({ done: 0, result: { skipped: 2 } })
  })

  it('B17 branches can take the names of branches that are renamed', async () => {
    const root = await folderOf('v1/x.txt', 'v2/x.txt', 'v2/y/z.txt', 'v3')
    const host = await testHost()
    const { id: session } = await host.open({ type: 'folder', path: root })
    const page = await connect(host)
    const before = await filesOf(root)
    const action: ManyAction = {
      type: 'rename',
      selection: keys('/v1', '/v2', '/v3'),
      pattern: { kind: 'regex', find: '^v(.)', replace: 'v$1$1' },
    }
    await act(page, session, action)
    const job = await act(page, session, rename(all('/'), '^v(.).', 'v$1'))
    expect(await filesOf(root)).toEqual(before)
    expect(await undo(page, job)).toMatchObject({ state: 'done' })
    expect(await filesOf(root)).toEqual({
      'v11/x.txt': 'v1/x.txt',
      'v22/x.txt': 'v2/x.txt',
      'v22/y/z.txt': 'v2/y/z.txt',
      v33: 'v3',
    })
  })

  it('B17 keys that swap names stay, and are reported', async () => {
    const { page, session, store } = await openKeys(['/ab', '/ba', '/c'])
    const action = rename(all('/'), '^(.)(.)$', '$2$1')
    expect((await run(page, session, { type: 'previewMany', action })).preview?.problems).toBe(2)
    const job = await act(page, session, action)
    expect(job).toMatchObject({ done: 0, result: { stayed: 2 } })
    expect(job.result?.examples[0]?.reason).toMatch(/"\/(ab|ba)" is taken/)
    expect(await keysIn(store)).toEqual(['/ab', '/ba', '/c'])
  })

  it('B17 any names by any pattern: as if all keys were renamed at once', async () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 })
    const pattern = fc.constantFrom<[string, string]>(
      ['^', 'a'],
      ['^a', ''],
      ['^a', 'aa'],
      ['a$', ''],
      ['^(.)(.*)$', '$2$1'],
      ['^b', 'a'],
      ['^ab', 'ba'],
    )
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 12 }), pattern, async (names, [find, replace]) => {
        const texts = names.map(text => `/${text}`).sort()
        const { page, session, store } = await openKeys(texts)
        const action = rename(all('/'), find, replace)
        const { preview } = await run(page, session, { type: 'previewMany', action })
        const job = await act(page, session, action)
        const expected = renamedAtOnce(texts, { kind: 'regex', find, replace })
        expect(await valuesIn(store)).toEqual(Object.fromEntries(expected.names))
        expect(job.done).toBe(expected.moved)
        expect((preview?.conflicts ?? 0) + (preview?.problems ?? 0)).toBe(expected.stayed)
        await undo(page, job)
        expect(await keysIn(store)).toEqual(texts)
      }),
      { numRuns: 80 },
    )
  })

  it('B18 a branch moves to a key above it, each key once, even if names repeat', async () => {
    const texts = ['/a/b', '/a/b/b', '/a/b/b/b/c', '/a/b/b/c', '/a/b/c', '/a/b/d/b']
    const { page, session, store } = await openKeys(texts)
    const action: ManyAction = {
      type: 'transfer',
      selection: keys('/a/b'),
      to: { session, prefix: '/', name: 'a' },
      isMove: true,
    }
    const job = await act(page, session, action)
    expect(job).toMatchObject({ done: 6, result: { stayed: 0, skipped: 0 } })
    expect(await valuesIn(store)).toEqual(
      Object.fromEntries(texts.map(text => [text.replace('/a/b', '/a'), text])),
    )
    expect(await undo(page, job)).toMatchObject({ done: 6 })
    expect(await valuesIn(store)).toEqual(Object.fromEntries(texts.map(text => [text, text])))
  })
})

/**
 * The expected result of a rename: keys whose new name is in use at the end stay, and so do keys that would
 * take their names.
 */
function renamedAtOnce(texts: readonly string[], pattern: NamePattern) {
  const newName = renamer(pattern)
  const targets = new Map<string, string>()
  for (const text of texts) {
    const name = newName(text.slice(1))
    if (name !== '' && name !== text.slice(1)) targets.set(text, `/${name}`)
  }
  const unnamed = texts.filter(text => newName(text.slice(1)) === '')
  const staying = new Set(texts.filter(text => !targets.has(text)))
  // Cycles: following new names leads back.
  for (const text of targets.keys()) {
    const seen = new Set<string>()
    let at: string | undefined = text
    while (at !== undefined && !seen.has(at)) {
      seen.add(at)
      at = targets.get(at)
    }
    if (at === text) staying.add(text)
  }
  const settled = new Map([...staying].map(text => [text, text]))
  // In key order, each after the one whose name it takes.
  const settle = (text: string): void => {
    if (settled.has(text) || staying.has(text) || [...settled.values()].includes(text)) return
    const target = targets.get(text) ?? text
    if (targets.has(target) && !staying.has(target)) settle(target)
    const isFree = !settled.has(target)
    settled.set(isFree ? target : text, text)
    if (!isFree) staying.add(text)
  }
  for (const text of texts) settle(text)
  const moved = [...settled].filter(([name, text]) => name !== text).length
  const stayed = unnamed.length + [...targets.keys()].length - moved
  return { names: [...settled].sort(), moved, stayed }
}
