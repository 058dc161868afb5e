import type { Tab } from './tab.ts'

/** Tabs that are kept alive though they are out of sight. */
const MAX_HIDDEN = 6

/**
 * The tabs whose panels are kept: the one that is shown, all with unsaved changes, and the last few that were shown.
 * The others are made anew when they are shown again.
 * @param recent Ids of tabs in the order they were shown, last one first.
 */
export function aliveTabs(
  tabs: readonly Tab[],
  active: Tab | undefined,
  recent: readonly string[],
): readonly Tab[] {
  const kept = new Set(recent.slice(0, MAX_HIDDEN))
  return tabs.filter(tab => tab.id === active?.id || tab.isDirty || tab.kind === 'stack' || kept.has(tab.id))
}

/** `recent` with `id` first. */
export function withRecent(recent: readonly string[], id: string): readonly string[] {
  if (recent[0] === id) return recent
  return [id, ...recent.filter(other => other !== id)].slice(0, MAX_HIDDEN + 1)
}
