/** The parts of the window that F6 goes through, in their order on the screen. */
const REGIONS = ['toolbar', 'stacks', 'keys', 'tabs', 'main', 'inspector', 'activity', 'status'] as const

export type RegionName = (typeof REGIONS)[number]

const FOCUSABLE =
  'button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select, [tabindex]:not([tabindex="-1"]), [contenteditable="true"]'

/** What a part is there for, where it has more in its Tab order. */
const CONTENT = '[role="tree"], [role="grid"]'

/** Puts the focus into a part of the window: on its content, or else on what comes first in its Tab order. */
export function focusRegion(name: RegionName): boolean {
  const region = document.querySelector(`[data-region="${name}"]`)
  const reachable = [...(region?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].filter(isFocusable)
  const target = reachable.find(element => element.closest(CONTENT) !== null) ?? reachable[0]
  target?.focus()
  return target !== undefined
}

/** Goes on to the next part (`1`) or back to the one before (`-1`) that can be focused. */
export function focusNextRegion(step: 1 | -1): void {
  const current = document.activeElement?.closest('[data-region]')?.getAttribute('data-region')
  const start = REGIONS.findIndex(name => name === current)
  for (let count = 1; count <= REGIONS.length; count++) {
    const index = (start + step * count + REGIONS.length * 2) % REGIONS.length
    const name = REGIONS[index]
    if (name !== undefined && focusRegion(name)) return
  }
}

/** A focus that went with what had it goes to the tabs, or else to the keys. */
export function keepFocus(): void {
  const check = (): void => {
    if (document.activeElement !== document.body) return
    if (!focusRegion('tabs')) focusRegion('keys')
  }
  // A dialog that closes gives the focus back in the next frame.
  requestAnimationFrame(() => requestAnimationFrame(check))
}

/** In sight, and not taken out of the Tab order by a group that roves. */
function isFocusable(element: HTMLElement): boolean {
  return element.tabIndex >= 0 && element.checkVisibility()
}
