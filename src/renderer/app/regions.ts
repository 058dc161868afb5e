/** The regions of the window that F6 visits, in their order on the screen. */
const REGIONS = ['toolbar', 'stacks', 'keys', 'tabs', 'main', 'inspector', 'activity', 'status'] as const

export type RegionName = (typeof REGIONS)[number]

const FOCUSABLE =
  'button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select, [tabindex]:not([tabindex="-1"]), [contenteditable="true"]'

/** The main content of a region, and what in it has the focus, rather than buttons of its rows and headers. */
const CONTENT = '[role="tree"], [role="grid"]'
const ITEM = `${CONTENT}, [role="row"], [data-row]`

/** Focuses a region of the window: its content, or else its first focusable element. */
export function focusRegion(name: RegionName): boolean {
  const region = document.querySelector(`[data-region="${name}"]`)
  const reachable = [...(region?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].filter(isFocusable)
  const target =
    reachable.find(element => element.matches(ITEM)) ??
    reachable.find(element => element.closest(CONTENT) !== null) ??
    reachable[0]
  target?.focus()
  return target !== undefined
}

/** Focuses the filter of the tree that is shown. */
export function focusFilter(): void {
  const filters = document.querySelectorAll<HTMLInputElement>('[data-region="keys"] input[type="search"]')
  const shown = [...filters].find(isFocusable)
  shown?.focus()
  shown?.select()
}

/** Focuses the next (`1`) or previous (`-1`) region that can be focused. */
export function focusNextRegion(step: 1 | -1): void {
  const current = document.activeElement?.closest('[data-region]')?.getAttribute('data-region')
  const start = REGIONS.findIndex(name => name === current)
  for (let count = 1; count <= REGIONS.length; count++) {
    const index = (start + step * count + REGIONS.length * 2) % REGIONS.length
    const name = REGIONS[index]
    if (name !== undefined && focusRegion(name)) return
  }
}

/** If the focused element was removed, focuses the tabs, or else the keys. */
export function keepFocus(): void {
  const check = (): void => {
    if (document.activeElement !== document.body) return
    if (!focusRegion('tabs')) focusRegion('keys')
  }
  // A closing dialog returns the focus in the next frame.
  requestAnimationFrame(() => requestAnimationFrame(check))
}

/** Whether an element is visible and in the Tab order. */
function isFocusable(element: HTMLElement): boolean {
  return element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true })
}
