/** What a key tab lets the window do to it. */
export interface TabActions {
  put(): Promise<void>
  revert(): void
}

const actionsByTab = new Map<string, TabActions>()

/** The tab's own actions; `undefined` takes them back when the tab goes. */
export function registerTabActions(tab: string, actions: TabActions | undefined): void {
  if (actions === undefined) actionsByTab.delete(tab)
  else actionsByTab.set(tab, actions)
}

export function tabActions(tab: string | undefined): TabActions | undefined {
  return tab === undefined ? undefined : actionsByTab.get(tab)
}
