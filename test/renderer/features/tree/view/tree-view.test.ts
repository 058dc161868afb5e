import { describe, expect, it, onTestFinished } from 'vitest'
import { findByTyping } from '../../../../../src/renderer/features/tree/source/type-ahead.ts'
import { openSiblings } from '../../../../../src/renderer/features/tree/tree-actions.ts'
import type { RowView } from '../../../../../src/renderer/features/tree/view/row-view.ts'
import { stickyPath } from '../../../../../src/renderer/features/tree/view/scroll.ts'
import { TreeView } from '../../../../../src/renderer/features/tree/view/tree-view.ts'
import { FakeClient } from '../fake/fake-client.ts'
import { type FakeLevels, flatLevels, folderLevels } from '../fake/fake-levels.ts'
import { FakeStore } from '../fake/fake-store.ts'
import { settled } from '../fake/settled.ts'

const VIEWPORT = 440
let lastSession = 0

async function viewOf(levels: FakeLevels, { session = `s${++lastSession}`, isCompact = true } = {}) {
  const client = new FakeClient({ levels })
  const view = new TreeView({ client, session, isCompact })
  onTestFinished(() => view.end())
  view.setViewport(VIEWPORT)
  await view.restored
  await settled()
  return { view, client }
}

async function storeView(keys: readonly string[], session?: string) {
  const store = new FakeStore(keys)
  const { view, client } = await viewOf(store.levels, session === undefined ? {} : { session })
  store.onLevelChanged = prefix => client.emitLevel(view.session, prefix)
  return { view, client, store }
}

function nameOf(view: RowView | undefined): string | undefined {
  return view?.type === 'key' ? view.name : view?.type
}

function topName(view: TreeView): string | undefined {
  return nameOf(view.describe(Math.floor(view.position.virtual / 22)))
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index) => `/k${String(index).padStart(4, '0')}`)

describe('TreeView', () => {
  it('draws only the rows of a window, at any scroll position', async () => {
    const { view } = await viewOf(flatLevels(2_500_000))
    for (const row of [0, 1_000_000, 1_525_201, 2_499_999]) {
      view.focusOn(row)
      await settled()
      const { first, end } = view.range
      expect(end - first).toBeLessThanOrEqual(view.poolSize)
      expect(first).toBeLessThanOrEqual(row)
      expect(end).toBeGreaterThan(row)
      expect(nameOf(view.focused)).toBe(`key-${String(row).padStart(7, '0')}`)
    }
  })

  it('reaches the last of 2,500,000 rows by the scroll bar', async () => {
    const { view } = await viewOf(flatLevels(2_500_000))
    view.scrolledTo(view.scale.physical)
    expect(view.range.end).toBe(2_500_000)
    expect(view.position.virtual + VIEWPORT).toBe(2_500_000 * 22)
  })

  it('moves the focus to the neighbour when its row is deleted, and to the branch when the branch is collapsed', async () => {
    const { view, store } = await storeView(['/a/1', '/a/2', '/b', '/c'])
    view.focusOn(1)
    store.delete('/b')
    await settled()
    expect(nameOf(view.focused)).toBe('c')
    store.delete('/c')
    await settled()
    expect(nameOf(view.focused)).toBe('a')
    await view.reveal('/a/2', 'nearest')
    expect(nameOf(view.focused)).toBe('2')
    view.source.close(view.focus!.level)
    expect(nameOf(view.focused)).toBe('a')
    store.deleteBranch('/a')
    await settled()
    expect(view.focused).toBeUndefined()
  })

  it('keeps the focus on its key when others are added before it', async () => {
    const { view, store } = await storeView(['/m', '/n'])
    view.focusOn(1)
    for (const key of ['/a', '/b', '/z']) store.put(key)
    await settled()
    expect(nameOf(view.focused)).toBe('n')
    expect(view.focusRow).toBe(3)
  })

  it('keeps the first visible row in place when keys are added and deleted before it', async () => {
    const { view, store } = await storeView(numbered(500))
    view.scrolledTo(300 * 22 + 7)
    await settled()
    expect(topName(view)).toBe('k0300')
    store.put('/a')
    store.delete('/k0004')
    store.put('/b')
    await settled()
    expect(topName(view)).toBe('k0300')
    expect(view.position.virtual % 22).toBe(7)
    expect(view.position.physical).toBe(301 * 22 + 7)
  })

  it('stays at the start if it is there', async () => {
    const { view, store } = await storeView(numbered(500))
    store.put('/a')
    await settled()
    expect(view.position.virtual).toBe(0)
    expect(topName(view)).toBe('a')
  })

  it('keeps a revealed row clear of the sticky branches above it', async () => {
    const { view } = await viewOf(folderLevels(100, 500))
    await view.reveal('/folder-050/key-400', 'center')
    await settled()
    view.focusOn(view.focusRow! - 300)
    const top = view.focusRow! * 22 - view.position.virtual
    expect(top).toBe(22)
  })

  it('reveals a key in a level of a million with a few calls', async () => {
    const { view, client } = await viewOf(flatLevels(1_000_000))
    const before = client.calls.length
    expect(await view.reveal('/key-0765432', 'center')).toBe(true)
    await settled()
    expect(nameOf(view.focused)).toBe('key-0765432')
    expect(view.focusRow).toBe(765_432)
    const middle = view.position.virtual + VIEWPORT / 2
    expect(Math.abs(middle - (765_432 * 22 + 11))).toBeLessThanOrEqual(1)
    expect(client.calls.length - before).toBeLessThanOrEqual(3)
  })

  it('reveals keys through shared rows, and reports if there is no such key', async () => {
    const { view } = await storeView(['/a/b/c/1', '/a/b/c/2', '/d'])
    expect(await view.reveal('/a/b/c/2', 'center')).toBe(true)
    expect(nameOf(view.focused)).toBe('2')
    expect(await view.reveal('/a/b', 'center')).toBe(true)
    expect(nameOf(view.focused)).toBe('a/b/c')
    expect(await view.reveal('/a/x/c', 'center')).toBe(false)
    expect(await view.reveal('/a/b/c/3', 'center')).toBe(false)
    expect(await view.reveal('/d/e', 'center')).toBe(false)
  })

  it('W102 a revealed key becomes the selection, unless it is part of it', async () => {
    const { view } = await storeView(['/a', '/b', '/c'])
    view.focusOn(0)
    view.chooseTo(1)
    expect(await view.reveal('/b', 'center')).toBe(true)
    expect(view.chosen.count).toBe(2)
    expect(await view.reveal('/c', 'center')).toBe(true)
    expect(view.chosen.isEmpty).toBe(true)
    expect(nameOf(view.focused)).toBe('c')
    view.chooseTo(1)
    expect([view.chosen.has('/b'), view.chosen.has('/c'), view.chosen.has('/a')]).toEqual([true, true, false])
  })

  it('expands nothing more for a key whose reveal was replaced', async () => {
    const { view } = await storeView(['/a/b', '/a/c', '/d'])
    expect(await view.reveal('/a/b', 'center', () => true)).toBe(false)
    expect(view.rows).toBe(2)
    expect(view.focus).toBeUndefined()
  })

  it('restores expanded branches, focus and position in the same session', async () => {
    const keys = [...numbered(200), ...['/k0100+/x/1', '/k0100+/y', '/n/1']]
    const first = await storeView(keys, 'again')
    await first.view.reveal('/k0100+/x/1', 'center')
    const before = { top: topName(first.view), rows: first.view.rows }
    first.view.end()
    const second = await storeView(
      keys.filter(key => key !== '/n/1'),
      'again',
    )
    expect(nameOf(second.view.focused)).toBe('1')
    expect(topName(second.view)).toBe(before.top)
    expect(second.view.rows).toBe(before.rows - 1)
  })
})

describe('findByTyping()', () => {
  it('searches the rows of a small tree, over all levels, and wraps around', async () => {
    const { view } = await storeView(['/apple', '/branch/avocado', '/branch/banana', '/cherry'])
    await view.reveal('/branch/avocado', 'nearest')
    const from = view.focus!
    const find = async (text: string) => {
      const place = await findByTyping(view.source, from, text)
      return place && view.source.row(place)?.name
    }
    expect(await find('b')).toBe('banana')
    expect(await find('bb')).toBe('banana')
    expect(await find('a')).toBe('apple')
    expect(await find('av')).toBe('avocado')
    expect(await find('CH')).toBe('cherry')
    expect(await find('x')).toBeUndefined()
  })

  it('asks the host in a level of a million', async () => {
    const { view, client } = await viewOf(flatLevels(1_000_000))
    view.focusOn(0)
    const before = client.calls.length
    expect((await findByTyping(view.source, view.focus!, 'KEY-07'))?.index).toBe(700_000)
    expect((await findByTyping(view.source, view.focus!, 'k'))?.index).toBe(1)
    expect(await findByTyping(view.source, view.focus!, 'zebra')).toBeUndefined()
    expect(client.calls.length - before).toBeLessThan(12)
  })
})

describe('openSiblings()', () => {
  it('expands the siblings of a row, and draws them together', async () => {
    const { view } = await viewOf(folderLevels(300, 1000))
    view.focusOn(5)
    let changes = 0
    view.subscribe(() => changes++)
    expect(await openSiblings(view.source, view.focus!)).toEqual({ opened: 300, checked: 300 })
    expect(view.rows).toBe(300_300)
    // One for all of them, one for the rows that became visible, and more if the machine stalls; never one
    // for each.
    expect(changes).toBeLessThanOrEqual(10)
  })

  it('expands the nearest ones in a level of very many', async () => {
    const { view } = await viewOf(folderLevels(5000, 2))
    view.focusOn(3000)
    expect(await openSiblings(view.source, view.focus!)).toEqual({ opened: 1000, checked: 1000 })
    expect(view.rows).toBe(7000)
    expect(nameOf(view.focused)).toBe('folder-3000')
  })
})

describe('stickyPath()', () => {
  it('has the branches of the first visible rows, outermost first', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `/a/b/k${index + 100}`)
    const { view } = await storeView([...keys, '/a/c', '/z'])
    await view.reveal('/a/b/k100', 'nearest')
    const { model } = view.source.state
    expect(stickyPath(model, 0)).toEqual([])
    // Rows under a sticky branch count too, including a branch among them.
    expect(stickyPath(model, 1)).toEqual([])
    expect(stickyPath(model, 22)).toEqual([0, 1])
    expect(stickyPath(model, 50 * 22 + 5)).toEqual([0, 1])
    // Under the second of them the rows are those of the outer branch again.
    expect(stickyPath(model, 101 * 22)).toEqual([0])
    expect(stickyPath(model, 103 * 22)).toEqual([])
  })
})
