/** Where in the window, in pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** Where a menu for an element opens. */
export function below(element: Element): Point {
  const { left, bottom } = element.getBoundingClientRect()
  return { x: left, y: bottom }
}
