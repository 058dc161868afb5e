import { describe, expect, it } from 'vitest'
import type { Tab } from '../../../../src/renderer/app/tabs/tab.ts'
import { mountedTabs, withRecent } from '../../../../src/renderer/app/tabs/tab-panels.tsx'

const tabs: readonly Tab[] = Array.from({ length: 20 }, (_, index) => ({
  kind: 'key',
  id: `tab-${index}`,
  session: 's',
  key: `/${index}`,
  view: 'auto',
  isPreview: false,
  isDirty: index === 15,
}))

describe('mountedTabs', () => {
  it('are the active one, those with unsaved changes and the last few', () => {
    const recent = tabs.slice(0, 7).reduce<readonly string[]>((ids, { id }) => withRecent(ids, id), [])
    const alive = mountedTabs(tabs, tabs[19], recent).map(tab => tab.id)
    expect(alive).toEqual(['tab-1', 'tab-2', 'tab-3', 'tab-4', 'tab-5', 'tab-6', 'tab-15', 'tab-19'])
  })

  it('withRecent moves a tab that is shown again to the front', () => {
    expect(withRecent(['a', 'b', 'c'], 'c')).toEqual(['c', 'a', 'b'])
    const same = ['a', 'b']
    expect(withRecent(same, 'a')).toBe(same)
  })
})
