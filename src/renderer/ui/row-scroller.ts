import { clampTop, isScaled, type RowMetrics, scrollOfTop, topOfScroll, topToReveal } from './row-window.ts'

/** Where the window stands: `top` in pixels of the rows laid end to end, `viewport` the pixels that show rows. */
export interface RowPosition {
  readonly top: number
  readonly viewport: number
}

/** Pixels of a wheel's step that is told in lines. */
const WHEEL_LINE = 40

/** Follows the element that scrolls over rows, and moves it. */
export class RowScroller {
  readonly #listeners = new Set<() => void>()
  #position: RowPosition = { top: 0, viewport: 0 }
  #rows = { rowCount: 0, rowHeight: 1, headerHeight: 0 }
  #element: HTMLElement | undefined
  /** Where this object itself has put the scroll bar: the event of that says nothing new. */
  #ownScroll: number | undefined

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly getPosition = (): RowPosition => this.#position

  /** A callback ref for the element that scrolls. */
  readonly attach = (element: HTMLElement | null): (() => void) | undefined => {
    if (element === null) return undefined
    this.#element = element
    const measure = new ResizeObserver(() => this.#measure())
    measure.observe(element)
    element.addEventListener('scroll', this.#onScroll, { passive: true })
    element.addEventListener('wheel', this.#onWheel, { passive: false })
    return () => {
      this.#element = undefined
      measure.disconnect()
      element.removeEventListener('scroll', this.#onScroll)
      element.removeEventListener('wheel', this.#onWheel)
    }
  }

  /** @param rows.headerHeight Pixels at the top of the window that show no rows. */
  setRows(rows: {
    readonly rowCount: number
    readonly rowHeight: number
    readonly headerHeight: number
  }): void {
    this.#rows = rows
    this.#measure()
  }

  /** Scrolls as little as needed for the row to be seen as a whole. */
  reveal(row: number): void {
    const top = topToReveal(row, this.#position.top, this.#metrics())
    if (top !== this.#position.top) this.moveTo(top)
  }

  moveTo(top: number): void {
    const metrics = this.#metrics()
    const next = clampTop(top, metrics)
    if (this.#element !== undefined) {
      this.#element.scrollTop = scrollOfTop(next, metrics)
      this.#ownScroll = this.#element.scrollTop
    }
    this.#show({ ...this.#position, top: next })
  }

  readonly #onScroll = (): void => {
    const scrollTop = this.#element?.scrollTop ?? 0
    if (this.#ownScroll !== undefined && Math.abs(scrollTop - this.#ownScroll) < 1) return
    this.#ownScroll = undefined
    this.#show({ ...this.#position, top: topOfScroll(scrollTop, this.#metrics()) })
  }

  readonly #onWheel = (event: WheelEvent): void => {
    // In proportion, one step of the wheel would skip thousands of rows.
    if (!isScaled(this.#metrics()) || event.ctrlKey || event.deltaY === 0) return
    event.preventDefault()
    this.moveTo(this.#position.top + event.deltaY * (event.deltaMode === 0 ? 1 : WHEEL_LINE))
  }

  #measure(): void {
    const viewport = Math.max(0, (this.#element?.clientHeight ?? 0) - this.#rows.headerHeight)
    this.#show({ viewport, top: clampTop(this.#position.top, { ...this.#rows, viewport }) })
  }

  #metrics(): RowMetrics {
    return { ...this.#rows, viewport: this.#position.viewport }
  }

  #show(position: RowPosition): void {
    if (position.top === this.#position.top && position.viewport === this.#position.viewport) return
    this.#position = position
    for (const listener of this.#listeners) listener()
  }
}
