/** One line of a benchmark: ours and a peer's, measured in the same run. */
export interface Result {
  readonly name: string
  readonly unit: string
  readonly ours: number
  readonly peer: string
  readonly peerValue: number
  /** Above 1 we are better, whether the unit is a rate or a time. */
  readonly ratio: number
  /** The required `ratio`; absent if there is no bar. */
  readonly bar?: number | undefined
  readonly ok: boolean
}

export interface Benchmark {
  readonly name: string
  /**
   * The number of processes it runs in; the median counts, because a compiler optimizes differently in each.
   * Default 1.
   */
  readonly processes?: number
  run(): Promise<readonly Result[]>
}

/** A rate, where more is better. */
export function compareRates(
  name: string,
  unit: string,
  ours: number,
  peer: string,
  peerValue: number,
  bar?: number,
): Result {
  const ratio = ours / peerValue
  return {
    name,
    unit,
    ours,
    peer,
    peerValue,
    ratio,
    ...(bar !== undefined && { bar }),
    ok: bar === undefined || ratio >= bar,
  }
}

/** A time or a size, where less is better, compared with a budget instead of a peer. */
export function underBudget(name: string, unit: string, ours: number, budget: number): Result {
  const ratio = budget / ours
  return { name, unit, ours, peer: 'budget', peerValue: budget, ratio, bar: 1, ok: ratio >= 1 }
}
