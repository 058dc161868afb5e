import { describe, expect, it } from 'vitest'
import { activeTab, NO_TABS, openTab } from '../../../../src/renderer/app/tabs/tabs-model.ts'
import { restoreTabs, savedTabs, tabsStorageKey } from '../../../../src/renderer/app/tabs/tabs-storage.ts'

describe('saved tabs', () => {
  it('are restored unchanged', () => {
    let state = openTab(NO_TABS, { kind: 'key', session: 's', key: '/a', view: 'hex' }, { isPreview: false })
    state = openTab(state, { kind: 'branch', session: 's', key: '/' }, { isPreview: false })
    state = openTab(state, { kind: 'key', session: 's', key: '/b', view: 'auto' }, { isPreview: true })
    state = { ...state, active: { s: state.tabs[1]!.id } }
    const restored = restoreTabs(NO_TABS, 'again', JSON.stringify(savedTabs(state, 's')))
    expect(restored.tabs).toMatchObject([
      { kind: 'key', session: 'again', key: '/a', view: 'hex', isPreview: false },
      { kind: 'branch', session: 'again', key: '/', isPreview: false },
      { kind: 'key', session: 'again', key: '/b', isPreview: true },
    ])
    expect(activeTab(restored, 'again')).toMatchObject({ kind: 'branch' })
  })

  it('exclude stacks', () => {
    const state = openTab(
      NO_TABS,
      { kind: 'stack', session: 's', name: 'x', initial: { text: '{}' }, draftName: 'd' },
      { isPreview: false },
    )
    expect(savedTabs(state, 's')).toEqual({ tabs: [], active: -1 })
  })

  it.each([null, '', 'no json', '[]', '{"tabs":7}', '{"tabs":[{"kind":"key","key":1}],"active":0}'])(
    'with an invalid text are ignored: %s',
    text => {
      expect(restoreTabs(NO_TABS, 's', text)).toEqual(NO_TABS)
    },
  )

  it('are stored per source', () => {
    const unsaved = (kind: string) => tabsStorageKey({ type: 'document', document: { root: { kind } } })
    expect(tabsStorageKey({ type: 'folder', path: '/data' })).toBe('strata.tabs.folder:/data')
    expect(tabsStorageKey({ type: 'document', document: {}, path: '/x.json' })).toBe(
      'strata.tabs.stack:/x.json',
    )
    expect(unsaved('memory')).toBe(unsaved('memory'))
    expect(unsaved('memory')).not.toBe(unsaved('null'))
  })
})
