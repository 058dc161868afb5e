/** The regions of the window that F6 visits, in their order on the screen. */
const REGIONS = ['toolbar', 'stacks', 'keys', 'tabs', 'main', 'inspector', 'activity', 'status'] as const

export type RegionName = (typeof REGIONS)[number]

const FOCUSABLE =
  'button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select, [tabindex]:not([tabindex="-1"]), [contenteditable="true"]'

/** The main content of a region, and what in it has the focus, rather than buttons of its rows and headers. */
const CONTENT = '[role="tree"], [role="grid"], [role="tab"][aria-selected="true"]'
const ITEM = `${CONTENT}, [role="row"], [data-row]`

/** Focuses a region of the window: its content, or else its first focusable element. */
export function focusRegion(name: RegionName): boolean {
  const region = document.querySelector(`[data-region="${name}"]`)
  const reachable = [...(region?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].filter(isFocusable)
  const target =
    reachable.find(element => element.matches(ITEM)) ??
    reachable.find(element => element.closest(CONTENT) !== null) ??
    reachable[0]
  if (target === undefined) return false
  const row = rowOf(target)
  row.focus()
  return true
}

/** The row of a list that takes the focus in its place: the current or selected one, or the first. */
function rowOf(target: HTMLElement): HTMLElement {
  // A list that is focused as a whole moves the focus to its last row when the focus comes from after it.
  const rows = [...target.querySelectorAll<HTMLElement>('[role="row"][tabindex]')]
  return rows.find(row => row.matches('[data-current="true"], [aria-selected="true"]')) ?? rows[0] ?? target
}

/** What had the focus last in each region. Editors are in shadow trees, of which the document sees the host. */
const lastFocused = new Map<string, { readonly element: HTMLElement; readonly host: Element }>()

/**
 * Remembers where the focus was in each region. After a resize of the window that removes or hides the focused element,
 * moves the focus to a place near it.
 * @returns A function that ends it.
 */
export function followFocus(): () => void {
  const remember = (event: FocusEvent): void => {
    const [element] = event.composedPath()
    const host = event.target
    if (!(element instanceof HTMLElement && host instanceof Element)) return
    const region = regionOf(host)
    if (region !== undefined) lastFocused.set(region, { element, host })
  }
  let keeping: number | undefined
  const keepNear = (): void => {
    const region = regionOf(document.activeElement) as RegionName | undefined
    if (region === undefined) return
    if (keeping !== undefined) cancelAnimationFrame(keeping)
    const check = (frames: number): void => {
      if (isFocusLost()) focusNear(region)
      keeping = frames === 0 ? undefined : requestAnimationFrame(() => check(frames - 1))
    }
    check(RESIZE_FRAMES)
  }
  document.addEventListener('focusin', remember)
  window.addEventListener('resize', keepNear)
  return () => {
    document.removeEventListener('focusin', remember)
    window.removeEventListener('resize', keepNear)
    if (keeping !== undefined) cancelAnimationFrame(keeping)
  }
}

/** Frames to wait after a resize until the layout is final: some parts are measured and then rendered again. */
const RESIZE_FRAMES = 12

function isFocusLost(): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body
}

/** Focuses the last focused element of a region or its content, or the visible tab if the region is hidden. */
function focusNear(region: RegionName): void {
  const tries = [
    () => focusLast(region),
    () => focusRegion(region),
    () => focusLast('main'),
    () => focusRegion('main'),
    () => focusRegion('tabs'),
  ]
  tries.some(attempt => attempt() && !isFocusLost())
}

function regionOf(element: Element | null): string | undefined {
  return element?.closest('[data-region]')?.getAttribute('data-region') ?? undefined
}

/** Focuses what had the focus in a region, if it is still there. */
function focusLast(name: RegionName): boolean {
  const last = lastFocused.get(name)
  if (last === undefined || regionOf(last.host) !== name || !isFocusable(last.element)) return false
  last.element.focus()
  return last.element.matches(':focus')
}

/** Focuses the filter of the tree that is shown. */
export function focusFilter(): void {
  const filters = document.querySelectorAll<HTMLInputElement>('[data-region="keys"] input[type="search"]')
  const shown = [...filters].find(isFocusable)
  shown?.focus()
  shown?.select()
}

/** Focuses the next (`1`) or previous (`-1`) region that can be focused, where it had the focus last. */
export function focusNextRegion(step: 1 | -1): void {
  const current = regionOf(document.activeElement)
  const start = REGIONS.findIndex(name => name === current)
  for (let count = 1; count <= REGIONS.length; count++) {
    const index = (start + step * count + REGIONS.length * 2) % REGIONS.length
    const name = REGIONS[index]
    if (name !== undefined && (focusLast(name) || focusRegion(name))) return
  }
}

/** If the focused element was removed, focuses the tabs, or else the keys. */
export function keepFocus(): void {
  const check = (): void => {
    if (!isFocusLost()) return
    if (!focusRegion('tabs')) focusRegion('keys')
  }
  // A closing dialog returns the focus in the next frame.
  requestAnimationFrame(() => requestAnimationFrame(check))
}

/** Whether an element is visible and in the Tab order. */
function isFocusable(element: HTMLElement): boolean {
  return element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true })
}
