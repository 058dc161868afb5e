import { setImmediate } from 'node:timers/promises'

/** Milliseconds for which one slice may hold the thread. */
const SLICE = 3
/** Names that are sorted in one go, which takes about a millisecond. */
const RUN = 2000
/** Steps between two looks at the clock. */
const STEPS = 512

/** Divides long work into slices, so that the event loop does other work in between. */
export class Slices {
  #end = performance.now() + SLICE
  #steps = 0

  /** Counts a step. @returns Whether the slice is over: then await `pause`. */
  step(): boolean {
    if (++this.#steps < STEPS) return false
    this.#steps = 0
    return this.isOver
  }

  get isOver(): boolean {
    return performance.now() > this.#end
  }

  /** Lets the event loop do other work, then begins the next slice. */
  async pause(): Promise<void> {
    await setImmediate()
    this.#end = performance.now() + SLICE
  }
}

/** Sorts names by code units, as `names.sort()` does, but in slices. */
export async function sortInSlices(names: string[], slices: Slices): Promise<string[]> {
  if (names.length <= RUN) return names.sort()
  let runs: string[][] = []
  for (let start = 0; start < names.length; start += RUN) {
    runs.push(names.slice(start, start + RUN).sort())
    if (slices.isOver) await slices.pause()
  }
  while (runs.length > 1) {
    const merged: string[][] = []
    for (let index = 0; index < runs.length; index += 2) {
      const [left = [], right = []] = runs.slice(index, index + 2)
      merged.push(await merge(left, right, slices))
    }
    runs = merged
  }
  return runs[0] ?? []
}

async function merge(left: readonly string[], right: readonly string[], slices: Slices): Promise<string[]> {
  const merged: string[] = []
  let [l, r] = [0, 0]
  for (;;) {
    const [a, b] = [left[l], right[r]]
    if (a === undefined && b === undefined) return merged
    if (b === undefined || (a !== undefined && a <= b)) {
      merged.push(a as string)
      l++
    } else {
      merged.push(b)
      r++
    }
    if (slices.step()) await slices.pause()
  }
}
