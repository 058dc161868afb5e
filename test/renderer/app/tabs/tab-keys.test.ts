import { describe, expect, it } from 'vitest'
import { keepSessions, retargetTabs, tabsOfKey } from '../../../../src/renderer/app/tabs/tab-keys.ts'
import { NO_TABS, openTab, type TabsState } from '../../../../src/renderer/app/tabs/tabs-model.ts'

const KEYS = ['/a', '/a/b', '/ab', '/c']

const state: TabsState = KEYS.reduce(
  (tabs, key) => openTab(tabs, { kind: 'key', session: 's', key, view: 'auto' }, { isPreview: false }),
  openTab(NO_TABS, { kind: 'key', session: 't', key: '/a', view: 'auto' }, { isPreview: false }),
)

const keysOf = (tabs: TabsState, session: string): string[] =>
  tabs.tabs.flatMap(tab => (tab.kind !== 'stack' && tab.session === session ? [tab.key] : []))

describe('retargetTabs', () => {
  it('follows a key and what is below it, and no look-alike', () => {
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

  it('keeps the table of children when only the value is gone', () => {
    const branch = openTab(NO_TABS, { kind: 'branch', session: 's', key: '/a' }, { isPreview: false })
    expect(tabsOfKey(branch, 's', '/a', false)).toEqual([])
    expect(tabsOfKey(branch, 's', '/a', true)).toHaveLength(1)
  })
})

describe('keepSessions', () => {
  it('drops the tabs of sessions that are closed', () => {
    expect(keysOf(keepSessions(state, new Set(['t'])), 't')).toEqual(['/a'])
    expect(keysOf(keepSessions(state, new Set(['t'])), 's')).toEqual([])
    expect(keepSessions(state, new Set(['s', 't']))).toBe(state)
  })
})
