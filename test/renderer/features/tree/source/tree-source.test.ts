import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CallError } from '../../../../../src/renderer/api/client.ts'
import { TreeSource } from '../../../../../src/renderer/features/tree/source/tree-source.ts'
import { openKeys } from '../../../../../src/renderer/features/tree/source/tree-state.ts'
import { describeRow } from '../../../../../src/renderer/features/tree/view/row-view.ts'
import { FakeClient } from '../fake/fake-client.ts'
import { flatLevels } from '../fake/fake-levels.ts'
import { FakeStore } from '../fake/fake-store.ts'
import { settled } from '../fake/settled.ts'

interface Setup {
  readonly store: FakeStore
  readonly client: FakeClient
  readonly source: TreeSource
}

interface SetupOptions {
  readonly isCompact?: boolean
  readonly open?: readonly string[]
  /** For each call in turn, the number of tasks until its answer. */
  readonly delays?: Iterator<number>
}

async function setUp(
  keys: readonly string[],
  { isCompact = false, open = [], delays }: SetupOptions = {},
): Promise<Setup> {
  const store = new FakeStore(keys)
  const delay = async () => {
    for (let tasks = Number(delays?.next().value ?? 0); tasks > 0; tasks--) await settled()
  }
  const client = new FakeClient({ levels: store.levels, delay })
  store.onLevelChanged = prefix => client.emitLevel('s', prefix)
  const source = new TreeSource({ client, session: 's', isCompact, open })
  onTestFinished(() => source.end())
  source.state.subscribe(() => source.setVisible(0, 100))
  await source.whenRead()
  await settled()
  return { store, client, source }
}

/** The rows as text: indented names. */
function shown(source: TreeSource): string[] {
  return Array.from({ length: source.state.model.rows }, (_, number) => {
    const row = describeRow(source, number)
    const text = row.type === 'key' ? row.name : row.type === 'pending' ? '…' : `(${row.type})`
    return '  '.repeat(row.depth - 1) + text
  })
}

async function toggle(source: TreeSource, key: string): Promise<void> {
  for (let number = 0; number < source.state.model.rows; number++) {
    const view = describeRow(source, number)
    if (view.type !== 'key' || (view.key !== key && !view.key.startsWith(`${key}/`))) continue
    const place = source.state.model.at(number)
    const level = source.state.model.openAt(place)
    if (level === undefined) void source.open(place, source.row(place)!)
    else source.close(level)
    return settled()
  }
  throw new Error(`There is no row for ${key}`)
}

describe('TreeSource', () => {
  it('shows the first level, and a branch once it is expanded', async () => {
    const { source } = await setUp(['/a/x', '/a/y', '/b'])
    expect(shown(source)).toEqual(['a', 'b'])
    await toggle(source, '/a')
    expect(shown(source)).toEqual(['a', '  x', '  y', 'b'])
    await toggle(source, '/a')
    expect(shown(source)).toEqual(['a', 'b'])
  })

  it('expands again at once, with the expanded branches below', async () => {
    const { source, client } = await setUp(['/a/x/1', '/b'])
    await toggle(source, '/a')
    await toggle(source, '/a/x')
    await toggle(source, '/a')
    client.refuse = () => 'the host is gone'
    const place = source.state.model.at(0)
    void source.open(place, source.row(place)!)
    expect(shown(source)).toEqual(['a', '  x', '    1', 'b'])
  })

  it('shows a chain of only children as one row, and expands the last of them', async () => {
    const { source } = await setUp(['/a/b/c/1', '/a/b/c/2', '/v', '/v/only/1'], { isCompact: true })
    await toggle(source, '/a')
    expect(shown(source)).toEqual(['a/b/c', '  1', '  2', 'v'])
    expect(describeRow(source, 0)).toMatchObject({ key: '/a/b/c', isBranch: true, isOpen: true, depth: 1 })
    await toggle(source, '/a/b/c')
    expect(shown(source)).toEqual(['a/b/c', 'v'])
    await toggle(source, '/v')
    // A value stays a row of its own, because it can be opened.
    expect(shown(source)).toEqual(['a/b/c', 'v', '  only'])
  })

  it('splits a shared row when a branch of it gets another child', async () => {
    const { source, store } = await setUp(['/a/b/c/1'], { isCompact: true })
    await toggle(source, '/a')
    expect(shown(source)).toEqual(['a/b/c', '  1'])
    store.put('/a/other')
    await settled()
    expect(shown(source)).toEqual(['a', '  b/c', '    1', '  other'])
  })

  it('splits a shared row when the only child of a branch in it is replaced while it expands', async () => {
    const { source, store } = await setUp(['/c/a/x'], { isCompact: true })
    const place = source.state.model.at(0)
    void source.open(place, source.row(place)!)
    store.put('/c/b/x')
    store.delete('/c/a/x')
    await settled()
    expect(shown(source)).toEqual(['c/b', '  x'])
  })

  it('stops sharing after a bounded number of branches', async () => {
    const { source } = await setUp([`/${Array.from({ length: 100 }, (_, index) => `d${index}`).join('/')}`], {
      isCompact: true,
    })
    await toggle(source, '/d0')
    expect(shown(source)).toHaveLength(2)
    expect(shown(source)[0]!.split('/')).toHaveLength(33)
  })

  it('follows a level that changes, and keeps expanded branches in their places', async () => {
    const { source, store } = await setUp(['/b/1', '/d/1', '/e'])
    await toggle(source, '/d')
    store.put('/a')
    store.put('/c')
    await settled()
    expect(shown(source)).toEqual(['a', 'b', 'c', 'd', '  1', 'e'])
    store.delete('/a')
    store.put('/d/0')
    await settled()
    expect(shown(source)).toEqual(['b', 'c', 'd', '  0', '  1', 'e'])
    store.deleteBranch('/d')
    await settled()
    expect(shown(source)).toEqual(['b', 'c', 'e'])
  })

  it('collapses a branch whose last key was deleted, and keeps its value', async () => {
    const { source, store } = await setUp(['/a', '/a/x', '/b'])
    await toggle(source, '/a')
    store.delete('/a/x')
    await settled()
    expect(shown(source)).toEqual(['a', 'b'])
    expect(describeRow(source, 0)).toMatchObject({ isValue: true, isBranch: false, isOpen: false })
  })

  it('keeps the old rows until all visible new ones are read', async () => {
    const { source, store } = await setUp(['/b', '/c'])
    const seen: string[][] = []
    source.state.subscribe(() => seen.push(shown(source)))
    store.put('/a')
    await settled()
    expect(shown(source)).toEqual(['a', 'b', 'c'])
    expect(seen.flat()).not.toContain('…')
  })

  it('moves a tracked position with its row, and to the next row when that is deleted', async () => {
    const { source, store } = await setUp(['/b', '/c', '/d'])
    const tracked = { place: source.state.model.at(1), name: 'c' as string | undefined }
    source.state.tracked.add(tracked)
    store.put('/a')
    await settled()
    expect(tracked).toMatchObject({ name: 'c', place: { index: 2 } })
    store.delete('/c')
    await settled()
    expect(tracked).toMatchObject({ name: undefined, place: { index: 2 } })
    expect(shown(source)[2]).toBe('d')
  })

  it('uses a larger count without reading known rows again', async () => {
    let count = 500
    const levels = flatLevels(100_000)
    const client = new FakeClient({
      levels: prefix => ({ ...levels(prefix), count, accuracy: 'lower-bound' }),
    })
    const source = new TreeSource({ client, session: 's', isCompact: false })
    onTestFinished(() => source.end())
    await source.whenRead()
    source.setVisible(0, 30)
    const calls = client.calls.length
    count = 90_000
    client.emitLevel('s', '/')
    expect(source.state.model.rows).toBe(90_000)
    expect(describeRow(source, 3)).toMatchObject({ type: 'key', setSize: -1 })
    expect(client.calls).toHaveLength(calls)
  })

  it('reads only visible rows', async () => {
    const client = new FakeClient({ levels: flatLevels(1_000_000) })
    const source = new TreeSource({ client, session: 's', isCompact: false })
    onTestFinished(() => source.end())
    await source.whenRead()
    source.setVisible(700_000, 700_060)
    await settled()
    expect(describeRow(source, 700_050)).toMatchObject({
      type: 'key',
      name: 'key-0700050',
      position: 700_051,
    })
    expect(describeRow(source, 500_000).type).toBe('pending')
    expect(client.calls).toHaveLength(2)
    for (let row = 0; row < 1_000_000; row += 5000) source.setVisible(row, row + 60)
    await settled()
    expect(source.state.pages.size).toBeLessThanOrEqual(200)
  })

  it('E100 keeps the rows of a level while its server is unreachable, and reads them again afterwards', async () => {
    const { source, client, store } = await setUp(['/a/x', '/b'], { open: ['/a'] })
    client.refuse = () => new CallError({ code: 'CONNECTION', message: 'Cannot list: the server is gone' })
    client.emit('levelChanged', { session: 's', prefix: '/a', count: 1, accuracy: 'unknown', version: 100 })
    await settled()
    expect(shown(source)).toEqual(['a', '  x', 'b'])
    expect(source.state.failure).toBe('Cannot list: the server is gone')
    client.refuse = () => undefined
    store.put('/a/y')
    await settled()
    expect(shown(source)).toEqual(['a', '  x', '  y', 'b'])
    expect(source.state.failure).toBeUndefined()
  })

  it("shows why a level can't be read, and restores expanded branches when it can be read again", async () => {
    const { source, store, client } = await setUp(['/a/x/1', '/b'])
    await toggle(source, '/a')
    await toggle(source, '/a/x')
    client.refuse = (_name, input) =>
      input['prefix'] === '/a' ? 'Cannot list "/a": permission denied' : undefined
    store.put('/a/new')
    await settled()
    expect(shown(source)).toEqual(['a', '  (failed)', 'b'])
    expect(describeRow(source, 1)).toMatchObject({ message: 'Cannot list "/a": permission denied' })
    client.refuse = () => undefined
    source.retry(source.state.model.at(1).level)
    await settled()
    expect(shown(source)).toEqual(['a', '  new', '  x', '    1', 'b'])
  })

  it("reports that the first level can't be read", async () => {
    const store = new FakeStore(['/a'])
    const client = new FakeClient({ levels: store.levels })
    client.refuse = () => 'Cannot list "/": no such folder'
    const source = new TreeSource({ client, session: 's', isCompact: false })
    onTestFinished(() => source.end())
    await source.whenRead()
    expect(shown(source)).toEqual(['(failed)'])
    client.refuse = () => undefined
    source.retry(source.state.model.root)
    await settled()
    expect(shown(source)).toEqual(['a'])
  })

  it('reports that later rows could not be read, and reads them on request', async () => {
    const client = new FakeClient({ levels: flatLevels(1000) })
    const source = new TreeSource({ client, session: 's', isCompact: false })
    onTestFinished(() => source.end())
    await source.whenRead()
    client.refuse = () => 'Cannot list "/": timed out'
    source.setVisible(800, 820)
    await settled()
    expect(source.state.failure).toBe('Cannot list "/": timed out')
    expect(describeRow(source, 810).type).toBe('pending')
    client.refuse = () => undefined
    source.retry()
    await settled()
    expect(source.state.failure).toBeUndefined()
    expect(describeRow(source, 810).type).toBe('key')
  })

  it('expands the saved branches that still exist', async () => {
    const { source } = await setUp(['/a/x/1', '/a/y', '/b/c/d'], {
      open: ['/a', '/a/x', '/gone', '/b', '/b/c'],
      isCompact: true,
    })
    expect(shown(source)).toEqual(['a', '  x', '    1', '  y', 'b/c', '  d'])
    expect([...openKeys(source.state.model.root)]).toEqual(['/a', '/a/x', '/b', '/b/c'])
  })

  it('lists a level again on request', async () => {
    const { source, store, client } = await setUp(['/a/1', '/b'])
    await toggle(source, '/a')
    store.onLevelChanged = () => undefined
    store.put('/a/2')
    await source.refresh(source.state.model.at(1).level)
    await settled()
    expect(shown(source)).toEqual(['a', '  1', '  2', 'b'])
    expect(client.calls).toContainEqual({
      name: 'levels.refresh',
      input: { session: 's', prefix: '/a', deep: true },
    })
  })

  it('agrees with the store after any sequence of changes and clicks', async () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const key = fc.array(name, { minLength: 1, maxLength: 4 }).map(names => `/${names.join('/')}`)
    const step = fc.record({
      type: fc.constantFrom('put', 'put', 'delete', 'deleteBranch', 'toggle', 'toggle', 'toggle'),
      key,
      row: fc.nat(1000),
      isWaiting: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(key, { maxLength: 12 }),
        fc.array(step, { maxLength: 25 }),
        fc.boolean(),
        fc.infiniteStream(fc.nat(6)),
        async (keys, steps, isCompact, delays) => {
          const { source, store, client } = await setUp(keys, { isCompact, delays })
          for (const { type, key: at, row, isWaiting } of steps) {
            const { model } = source.state
            if (type === 'put') store.put(at)
            else if (type === 'delete') store.delete(at)
            else if (type === 'deleteBranch') store.deleteBranch(at)
            else if (model.rows > 0) {
              const place = model.at(row % model.rows)
              const level = model.openAt(place)
              const found = source.row(place)
              if (level !== undefined) source.close(level)
              else if (found?.isBranch === true) void source.open(place, found)
            }
            if (isWaiting) await idle(client)
          }
          await idle(client)
          source.setVisible(0, 1000)
          await idle(client)
          expect(shown(source)).toEqual(expected(source, store))
          source.end()
        },
      ),
      { numRuns: 300 },
    )
  })
})

/** Resolves when no request is pending. */
async function idle(client: FakeClient): Promise<void> {
  do await settled()
  while (client.pending > 0)
}

/** The rows that must be shown for these expanded branches. */
function expected(source: TreeSource, store: FakeStore): string[] {
  const open = new Set(openKeys(source.state.model.root))
  const walk = (prefix: string, depth: number): string[] => {
    const level = store.levels(prefix)
    const lines: string[] = []
    for (let index = 0; index < level.count; index++) {
      const { name } = level.row(index)
      let key = prefix === '/' ? `/${name}` : `${prefix}/${name}`
      const joined = source.state.levels.get(key)
      if (joined !== undefined) key = joined.prefix
      lines.push('  '.repeat(depth) + (joined?.names.join('/') ?? name))
      if (open.has(key)) lines.push(...walk(key, depth + 1))
    }
    return lines
  }
  return walk('/', 0)
}
