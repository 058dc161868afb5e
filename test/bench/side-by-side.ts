const ROUNDS = 7

/**
 * The clock of a rate: wall time, or for work that never waits processor time, which does not depend on other
 * programs.
 */
export type Clock = 'wall' | 'processor'

/** One contender: does its work once, for `operations` operations. */
export interface Contender {
  readonly operations: number
  /** Runs before each round and is not timed. */
  prepare?(): Promise<void>
  run(): Promise<void>
}

/**
 * Operations per second of each contender: the median of several rounds, run in turns so that other load on
 * the machine affects all of them equally. A first round warms up and is not counted.
 */
export async function sideBySide(
  contenders: readonly Contender[],
  clock: Clock = 'wall',
  rounds = ROUNDS,
): Promise<number[]> {
  const rates = contenders.map((): number[] => [])
  for (let round = -1; round < rounds; round++) {
    // The order rotates, so that no contender is always first.
    const order = contenders.map((_, index) => (index + Math.max(0, round)) % contenders.length)
    for (const index of order) {
      const contender = contenders[index] as Contender
      await contender.prepare?.()
      const start = secondsOf(clock)
      await contender.run()
      const seconds = secondsOf(clock) - start
      if (round >= 0) rates[index]?.push(contender.operations / seconds)
    }
  }
  return rates.map(median)
}

function secondsOf(clock: Clock): number {
  if (clock === 'wall') return performance.now() / 1000
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2
}

/** Calls `work` for 0 up to `count`, `width` at a time. */
export async function inParallel(
  count: number,
  width: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}
