/** Milliseconds for which sliced work may block the thread in one turn of the event loop, all of it together. */
const SLICE = 3
/** Items that are sorted without a pause, which takes about a millisecond. */
const RUN = 2000
/** Steps between two reads of the clock. */
const STEPS = 512

type Schedule = (work: () => void) => void

// Read when the module is loaded, so that a fake clock of a test does not stop other work.
const { setImmediate } = globalThis as { readonly setImmediate?: Schedule }

/** Runs `work` in a later turn of the event loop. */
const inLaterTurn: Schedule = setImmediate ?? (work => void setTimeout(work))

/** When sliced work began in this turn. */
let turnStart: number | undefined

/** Divides long work into slices, so that the event loop does other work in between. */
export class Slices {
  #steps = 0

  /**
   * Counts a step of about a microsecond.
   * @returns Whether the slice is over: then await `pause`.
   */
  step(): boolean {
    if (++this.#steps < STEPS) return false
    this.#steps = 0
    return this.isOver
  }

  /** Whether this turn has no time left: then await `pause`. For steps that take longer than reading the clock. */
  get isOver(): boolean {
    const now = performance.now()
    if (turnStart === undefined) {
      turnStart = now
      inLaterTurn(() => {
        turnStart = undefined
      })
    }
    return now - turnStart > SLICE
  }

  /** Lets the event loop do other work, then begins the next slice. */
  pause(): Promise<void> {
    return new Promise(inLaterTurn)
  }
}

/**
 * Sorts as `items.sort(compare)` does, but in slices.
 * @param compare Without it, items are texts and are sorted by their code units.
 */
export async function sortInSlices<T>(
  items: T[],
  slices: Slices,
  compare?: (a: T, b: T) => number,
): Promise<T[]> {
  if (items.length <= RUN) return items.sort(compare)
  const isInOrder = compare === undefined ? (a: T, b: T) => a <= b : (a: T, b: T) => compare(a, b) <= 0
  let runs: T[][] = []
  for (let start = 0; start < items.length; start += RUN) {
    runs.push(items.slice(start, start + RUN).sort(compare))
    if (slices.isOver) await slices.pause()
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let index = 0; index < runs.length; index += 2) {
      const [left = [], right = []] = runs.slice(index, index + 2)
      merged.push(await merge(left, right, isInOrder, slices))
    }
    runs = merged
  }
  return runs[0] ?? []
}

async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  isInOrder: (a: T, b: T) => boolean,
  slices: Slices,
): Promise<T[]> {
  const merged: T[] = []
  let [l, r] = [0, 0]
  while (l < left.length && r < right.length) {
    const [a, b] = [left[l] as T, right[r] as T]
    if (isInOrder(a, b)) {
      merged.push(a)
      l++
    } else {
      merged.push(b)
      r++
    }
    if (slices.step()) await slices.pause()
  }
  return merged.concat(left.slice(l), right.slice(r))
}
