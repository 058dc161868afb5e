/** Rows that PageUp and PageDown pass over. */
const PAGE = 8

/**
 * The option a key moves to in a list of `count`, from `active` (-1: none); `undefined` for a key that moves nothing.
 * Arrows go round at the ends.
 */
export function nextOption(key: string, active: number, count: number): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowDown':
      return active + 1 >= count ? 0 : active + 1
    case 'ArrowUp':
      return active <= 0 ? count - 1 : active - 1
    case 'PageDown':
      return Math.min(count - 1, active + PAGE)
    case 'PageUp':
      return Math.max(0, active - PAGE)
    default:
      return undefined
  }
}
