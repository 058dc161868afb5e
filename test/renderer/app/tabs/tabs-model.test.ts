import { describe, expect, it } from 'vitest'
import { isKeyed, type TabSpec, tabTitle } from '../../../../src/renderer/app/tabs/tab.ts'
import {
  activateTab,
  activeTab,
  closeTab,
  keepSessions,
  markDirty,
  NO_TABS,
  openTab,
  reopenTab,
  retargetTabs,
  stepTab,
  type TabsState,
  tabsOfKey,
  visibleTabs,
} from '../../../../src/renderer/app/tabs/tabs-model.ts'

const keyTab = (key: string, session = 's'): TabSpec => ({ kind: 'key', session, key, view: 'auto' })
const newStack: TabSpec = {
  kind: 'stack',
  session: undefined,
  name: 'new',
  initial: { text: '{}' },
  draftName: 'new.1',
}
const pinned = { isPreview: false }
const preview = { isPreview: true }

const titles = (state: TabsState, session: string | undefined = 's'): string[] =>
  visibleTabs(state, session).map(tab => (isKeyed(tab) ? tab.key : tabTitle(tab)))

const opened = (...keys: readonly string[]): TabsState =>
  keys.reduce((state, key) => openTab(state, keyTab(key), pinned), NO_TABS)

const idOf = (state: TabsState, key: string): string =>
  state.tabs.find(tab => isKeyed(tab) && tab.key === key)!.id

describe('tabs', () => {
  it('a preview replaces the last preview', () => {
    let state = openTab(opened('/a', '/b'), keyTab('/c'), preview)
    state = activateTab(state, idOf(state, '/a'), 's')
    state = openTab(state, keyTab('/d'), preview)
    expect(titles(state)).toEqual(['/a', '/b', '/d'])
    expect(activeTab(state, 's')).toMatchObject({ key: '/d', isPreview: true })
  })

  it('a preview with unsaved changes becomes a permanent tab', () => {
    let state = openTab(NO_TABS, keyTab('/a'), preview)
    state = markDirty(state, idOf(state, '/a'), true)
    state = openTab(state, keyTab('/b'), preview)
    expect(titles(state)).toEqual(['/a', '/b'])
    expect(state.tabs[0]).toMatchObject({ isPreview: false, isDirty: true })
  })

  it('opening a key again activates its tab, and pins it unless it is opened as a preview', () => {
    let state = openTab(NO_TABS, keyTab('/a'), preview)
    state = openTab(state, keyTab('/a'), preview)
    expect(state.tabs).toMatchObject([{ isPreview: true }])
    state = openTab(state, keyTab('/a'), pinned)
    expect(state.tabs).toMatchObject([{ isPreview: false }])
  })

  it('a key and its table of children are two tabs', () => {
    const state = openTab(opened('/a'), { kind: 'branch', session: 's', key: '/a' }, pinned)
    expect(state.tabs.map(tab => tab.kind)).toEqual(['key', 'branch'])
  })

  it('a new tab is right of the active one', () => {
    let state = opened('/a', '/b')
    state = activateTab(state, idOf(state, '/a'), 's')
    expect(titles(openTab(state, keyTab('/c'), pinned))).toEqual(['/a', '/c', '/b'])
  })

  it('closing activates the neighbour on the right, or else on the left', () => {
    let state = opened('/a', '/b', '/c')
    state = activateTab(state, idOf(state, '/b'), 's')
    state = closeTab(state, idOf(state, '/b'), 's')
    expect(activeTab(state, 's')).toMatchObject({ key: '/c' })
    state = closeTab(state, idOf(state, '/c'), 's')
    expect(activeTab(state, 's')).toMatchObject({ key: '/a' })
    state = closeTab(state, idOf(state, '/a'), 's')
    expect(activeTab(state, 's')).toBeUndefined()
  })

  it('closing an inactive tab keeps the active one', () => {
    const state = opened('/a', '/b')
    expect(activeTab(closeTab(state, idOf(state, '/a'), 's'), 's')).toMatchObject({ key: '/b' })
  })

  it('reopens the tab of this session that was closed last', () => {
    let state = openTab(opened('/a', '/b'), keyTab('/other', 't'), pinned)
    for (const key of ['/a', '/b', '/other']) state = closeTab(state, idOf(state, key), 's')
    state = reopenTab(state, 's')
    expect(titles(state)).toEqual(['/b'])
    state = reopenTab(state, 's')
    expect(titles(state)).toEqual(['/b', '/a'])
    expect(reopenTab(state, 's')).toBe(state)
  })

  it('each session has its own tabs, and all show a stack that is not opened yet', () => {
    let state = openTab(opened('/a'), keyTab('/b', 't'), pinned)
    state = openTab(state, newStack, { isPreview: false, current: 's' })
    expect(titles(state, 's')).toEqual(['/a', 'Stack: new'])
    expect(titles(state, 't')).toEqual(['Stack: new', '/b'])
    expect(visibleTabs(state, undefined)).toMatchObject([{ name: 'new' }])
    expect(activeTab(state, 's')).toMatchObject({ kind: 'stack' })
    expect(activeTab(state, 't')).toMatchObject({ key: '/b' })
  })

  it('every new stack has a tab of its own, and an edited stack has one', () => {
    const another: TabSpec = { ...newStack, draftName: 'new.2' }
    const edited: TabSpec = { ...newStack, session: 's', name: 'x', draftName: 's' }
    const state = [newStack, another, edited, edited].reduce(
      (tabs, spec) => openTab(tabs, spec, pinned),
      NO_TABS,
    )
    expect(state.tabs.map(tab => tab.session)).toEqual(expect.arrayContaining([undefined, undefined, 's']))
    expect(state.tabs).toHaveLength(3)
  })

  it('stepping wraps around', () => {
    const state = opened('/a', '/b', '/c')
    expect(activeTab(stepTab(state, 's', 1), 's')).toMatchObject({ key: '/a' })
    expect(activeTab(stepTab(state, 's', -1), 's')).toMatchObject({ key: '/b' })
    expect(stepTab(NO_TABS, 's', 1)).toBe(NO_TABS)
  })
})

const KEYS = ['/a', '/a/b', '/ab', '/c']

const state: TabsState = KEYS.reduce(
  (tabs, key) => openTab(tabs, { kind: 'key', session: 's', key, view: 'auto' }, { isPreview: false }),
  openTab(NO_TABS, { kind: 'key', session: 't', key: '/a', view: 'auto' }, { isPreview: false }),
)

const keysOf = (tabs: TabsState, session: string): string[] =>
  tabs.tabs.flatMap(tab => (isKeyed(tab) && tab.session === session ? [tab.key] : []))

describe('retargetTabs', () => {
  it('a rename updates the tabs of a key and of keys below it, not of similar keys', () => {
    const moved = retargetTabs(state, 's', '/a', '/x/y')
    expect(keysOf(moved, 's')).toEqual(['/x/y', '/x/y/b', '/ab', '/c'])
    expect(keysOf(moved, 't')).toEqual(['/a'])
  })
})

describe('tabsOfKey', () => {
  it('finds the tab of one key, or those of its branch', () => {
    expect(tabsOfKey(state, 's', '/a', false)).toMatchObject([{ key: '/a', session: 's' }])
    expect(tabsOfKey(state, 's', '/a', true)).toMatchObject([{ key: '/a' }, { key: '/a/b' }])
    expect(tabsOfKey(state, 's', '/', true)).toHaveLength(KEYS.length)
  })

  it('keeps the table of children if only the value is deleted', () => {
    const branch = openTab(NO_TABS, { kind: 'branch', session: 's', key: '/a' }, { isPreview: false })
    expect(tabsOfKey(branch, 's', '/a', false)).toEqual([])
    expect(tabsOfKey(branch, 's', '/a', true)).toHaveLength(1)
  })
})

describe('keepSessions', () => {
  it('drops the tabs of closed sessions', () => {
    expect(keysOf(keepSessions(state, new Set(['t'])), 't')).toEqual(['/a'])
    expect(keysOf(keepSessions(state, new Set(['t'])), 's')).toEqual([])
    expect(keepSessions(state, new Set(['s', 't']))).toBe(state)
  })
})
