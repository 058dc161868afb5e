import { describe, expect, it } from 'vitest'
import { Key } from '../../../../../src/core/key.ts'
import { parseDocument } from '../../../../../src/core/stack/parse.ts'
import { openDocument } from '../../../../../src/core/stack/running-stack.ts'
import type { Stack } from '../../../../../src/core/stack/stack.ts'
import {
  applyLabel,
  decisionsOf,
  isHarmful,
  type PlanView,
  planView,
} from '../../../../../src/renderer/features/stack-editor/plan/plan-view.ts'
import { kinds, registry } from '../kinds.ts'

const memory = (id: string, more: object = {}) => ({ kind: 'memory', id, label: id.toUpperCase(), ...more })
const documentOf = (root: object, name = 'Mine') => ({ strata: 1, name, root })
const mounts = (stores: Readonly<Record<string, object>>) => ({ kind: 'mount', id: 'top', mounts: stores })

/** The plan of the change from a running stack with these values. */
async function viewOf(
  before: object,
  after: object,
  keys: readonly string[] = [],
  fill: (stack: Stack) => Promise<unknown> = async stack => {
    for (const key of keys) await stack.store.put(Key.parse(key), new Uint8Array([1]))
  },
): Promise<PlanView> {
  const stack = await openDocument(before, registry)
  try {
    await fill(stack)
    const running = stack.document
    return planView({ running, ...(await stack.plan(after)) }, kinds)
  } finally {
    await stack.close()
  }
}

describe('planView', () => {
  it('X6 lists which nodes open, change, stay and close', async () => {
    const view = await viewOf(
      documentOf(mounts({ '/a': memory('a'), '/b': memory('b'), '/c': memory('c', { maxEntries: 5 }) })),
      documentOf(
        mounts({ '/a': memory('a'), '/c': memory('c'), '/d': memory('d', { maxBytes: 2_000_000 }) }),
      ),
    )
    expect(view).toEqual({
      opens: [{ kind: 'memory', title: 'D', detail: '/d · Memory · at most 2 MB' }],
      changes: [
        { kind: 'mount', title: 'Mount', detail: 'at /a, /b, /c → /a, /c, /d' },
        { kind: 'memory', title: 'C', detail: 'at most 5 entries → not set' },
      ],
      stays: [{ kind: 'memory', title: 'A', detail: '' }],
      closes: [{ kind: 'memory', title: 'B', detail: '/b · Memory' }],
      lost: [],
      lostValues: 0,
      dropped: undefined,
      stale: [],
      misplaced: [],
      misplacedKeys: 0,
    })
    expect(isHarmful(view, 'move')).toBe(false)
    expect(applyLabel(view, 'move')).toBe('Apply')
    expect(decisionsOf(view, 'move')).toEqual({})
  })

  it.each([
    ['a number', { maxEntries: 100 }, { maxEntries: 2000 }, 'at most 100 → 2,000 entries'],
    ['an explicit default', { policy: 'lru', maxEntries: 1 }, { maxEntries: 2 }, 'at most 1 → 2 entries'],
    ['a changed default', {}, { policy: 'lfu' }, 'Policy: LRU → LFU'],
    ['several', { ttl: 5 }, { ttl: 0.5, policy: 'lfu' }, 'served for 5 → 0.5 ms, Policy: LRU → LFU'],
    [
      'a label beside an option',
      { label: 'Old' },
      { maxEntries: 7 },
      'renamed from Old, not set → at most 7 entries',
    ],
  ])('X6 lists changed options, before and after: %s', async (_what, before, after, detail) => {
    const view = await viewOf(documentOf(memory('m', before)), documentOf(memory('m', after)))
    expect(view.changes).toEqual([{ kind: 'memory', title: 'M', detail }])
  })

  it('X6 O51 describes the mode of tiers as its form does', async () => {
    const tiered = (mode?: string) =>
      documentOf({ kind: 'tiered', id: 't', ...(mode && { mode }), tiers: [memory('a'), memory('b')] })
    const view = await viewOf(tiered(), tiered('write-back'))
    expect(view.changes[0]).toEqual({
      kind: 'tiered',
      title: 'Tiered',
      detail: 'writes to every tier at once → to the first tier, later to the others',
    })
  })

  it('X6 describes a flag, a path and a choice of a node that opens in words', async () => {
    const folder = { kind: 'fs', id: 'f', path: 'data/films', layout: 'plain', readOnly: true }
    const after = documentOf(mounts({ '/a': memory('a'), '/films': folder }))
    const view = await viewOf(documentOf(mounts({ '/a': memory('a') })), after)
    expect(view.opens).toEqual([
      { kind: 'fs', title: 'Folder', detail: '/films · data/films · plain · Read only: yes' },
    ])
    expect(view.changes).toEqual([{ kind: 'mount', title: 'Mount', detail: '1 → 2 mounts' }])
  })

  it('X6 new names are changes of nodes that stay open', async () => {
    const view = await viewOf(
      documentOf(memory('m', { label: 'Old' }), 'Mine'),
      documentOf(memory('m', { label: 'New' }), 'Ours'),
      ['/kept'],
    )
    expect(view.changes).toEqual([
      { title: 'Name of the stack', detail: 'Mine → Ours' },
      { kind: 'memory', title: 'New', detail: 'renamed from Old' },
    ])
    expect(view.stays).toEqual([])
    expect(isHarmful(view, 'move')).toBe(false)
  })

  it('X6 distinguishes nodes of one name that stay open', async () => {
    const before = mounts({ '/a': { kind: 'memory', id: 'a' }, '/b': { kind: 'memory', id: 'b' } })
    const view = await viewOf(documentOf(before), documentOf({ ...before, label: 'Top' }))
    expect(view.stays).toEqual([
      { kind: 'memory', title: 'Memory', detail: '/a' },
      { kind: 'memory', title: 'Memory', detail: '/b' },
    ])
  })

  it('X6 lists tiers in another order, and changed kinds', async () => {
    const tiers = (...ids: string[]) => ({ kind: 'tiered', id: 't', tiers: ids.map(id => memory(id)) })
    const turned = await viewOf(documentOf(tiers('a', 'b')), documentOf(tiers('b', 'a')))
    expect(turned.changes[0]).toEqual({ kind: 'tiered', title: 'Tiered', detail: 'in another order: B, A' })
    const other = await viewOf(documentOf(memory('m')), documentOf({ kind: 'null', id: 'm', label: 'M' }))
    expect(other.changes).toEqual([{ kind: 'null', title: 'M', detail: 'Memory → Null' }])
  })

  it('X11 counts values that only memory holds, per node, and shows the total in the button', async () => {
    const view = await viewOf(
      documentOf(mounts({ '/a': memory('a'), '/b': memory('b') })),
      documentOf(mounts({ '/c': memory('c') })),
      ['/a/1', '/a/2', '/b/1'],
    )
    expect(view.lost).toEqual([
      '2 values that only memory holds would be gone, in A.',
      '1 value that only memory holds would be gone, in B.',
    ])
    expect(view.closes.map(({ note }) => note)).toEqual(['2 values gone', '1 value gone'])
    expect(isHarmful(view, 'move')).toBe(true)
    expect(applyLabel(view, 'move')).toBe('Apply and lose 3 values')
    expect(decisionsOf(view, 'move')).toEqual({ discard: true })
  })

  it('X14 counts copies that tiers and caches drop, which loses nothing', async () => {
    const tiers = (maxEntries: number) => ({
      kind: 'tiered',
      id: 't',
      tiers: [memory('near', { maxEntries }), memory('far')],
    })
    const view = await viewOf(documentOf(tiers(100)), documentOf(tiers(20)), ['/1', '/2', '/3'])
    expect(view.changes).toContainEqual({
      kind: 'memory',
      title: 'NEAR',
      detail: 'at most 100 → 20 entries',
      note: 'drops 3 copies',
    })
    expect(view.dropped).toBe('The 3 copies dropped from NEAR are of values that other stores hold.')
    expect([view.lost, isHarmful(view, 'move')]).toEqual([[], false])

    const cached = (maxEntries: number) => ({
      kind: 'cache',
      id: 'c',
      label: 'Cache',
      maxEntries,
      store: tiers(100),
    })
    const both = await viewOf(documentOf(cached(9)), documentOf(tiers(20)), ['/1'])
    expect(both.closes.map(({ note }) => note)).toEqual(['drops 1 copy'])
    expect(both.dropped).toBe(
      'The 2 copies dropped from Cache and NEAR are of values that other stores hold.',
    )
  })

  it('X11 counts keys that belong on another shard, and moves or hides them as decided', async () => {
    const sharded = (...ids: string[]) =>
      documentOf({ kind: 'sharded', id: 's', label: 'Shards', shards: ids.map(id => memory(id)) })
    const keys = Array.from({ length: 30 }, (_, index) => `/key-${index}`)
    const view = await viewOf(sharded('a', 'b'), sharded('a', 'b', 'c'), keys)
    const { misplacedKeys } = view
    expect(misplacedKeys).toBeGreaterThan(1)
    expect(view.misplaced).toEqual([
      `${misplacedKeys} of 30 keys in Shards belong to another shard afterwards.`,
    ])
    expect(view.changes).toEqual([
      { kind: 'sharded', title: 'Shards', detail: '2 → 3 shards', note: `${misplacedKeys} keys elsewhere` },
    ])
    expect([isHarmful(view, 'move'), isHarmful(view, 'leave')]).toEqual([false, true])
    expect(applyLabel(view, 'move')).toBe(`Apply and move ${misplacedKeys} keys`)
    expect(applyLabel(view, 'leave')).toBe(`Apply and hide ${misplacedKeys} keys`)
    expect(decisionsOf(view, 'leave')).toEqual({ misplaced: 'leave' })
  })

  it('X11 X14 the button lists every consequence, including nodes that cannot count', () => {
    const { document } = parseDocument(documentOf(memory('m')), registry)
    const node = { id: 'm', kind: 'memory', label: 'M', path: 'root', fate: 'gone' as const }
    const view = planView(
      {
        running: document,
        document,
        nodes: [node],
        lost: [{ ...node, entries: undefined }],
        dropped: [],
        stale: [node],
        misplaced: [{ ...node, keys: 1, of: 9 }],
      },
      kinds,
    )
    expect(view.lost).toEqual(['Values that only memory holds would be gone, in M.'])
    expect(view.stale).toEqual(['M holds values that may differ from those below it, and would serve them.'])
    expect(view.misplaced).toEqual(['1 of 9 keys in M belongs to another store afterwards.'])
    expect(applyLabel(view, 'move')).toBe('Apply, lose values, serve old values and move 1 key')
    expect(decisionsOf(view, 'move')).toEqual({ discard: true, keepStale: true, misplaced: 'move' })
  })
})
