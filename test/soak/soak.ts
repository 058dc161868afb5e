import { runHistory } from './history.ts'
import { Random } from './random.ts'
import { briefly } from './stacks/nodes.ts'
import { RandomStacks } from './stacks/random-stack.ts'
import { Ledger } from './violation.ts'

export interface SoakOptions {
  /** The first run's; each further run has the next one. */
  readonly seed: number
  /** Stop after so many runs, or when `isOver` says so. */
  readonly runs?: number | undefined
  readonly isOver?: (() => boolean) | undefined
  readonly rounds?: number | undefined
  /** Told of each run that failed. */
  readonly onFailure: (seed: number, error: Error) => void
}

export interface SoakResult {
  readonly runs: number
  readonly calls: number
  /** How many different stacks there were. */
  readonly stacks: number
  readonly failures: readonly number[]
  /** How often each invariant held. */
  readonly held: Ledger['counts']
}

/** Random histories on random stacks, one run per seed. */
export async function soak({
  seed,
  runs = Number.POSITIVE_INFINITY,
  isOver = () => false,
  rounds = 60,
  onFailure,
}: SoakOptions): Promise<SoakResult> {
  const ledger = new Ledger()
  const stacks = new Set<string>()
  const failures: number[] = []
  let [run, calls] = [0, 0]
  for (; run < runs && !isOver(); run++) {
    const own = seed + run
    const { root, isDurable, historySeed } = stackFor(own)
    stacks.add(briefly(root))
    try {
      calls += await runHistory({ seed: historySeed, root, isDurable, rounds, ledger })
    } catch (error) {
      failures.push(own)
      onFailure(own, error as Error)
    }
  }
  return { runs: run, calls, stacks: stacks.size, failures, held: ledger.counts }
}

function stackFor(seed: number) {
  const random = new Random(seed)
  const isDurable = random.chance(0.5)
  const root = new RandomStacks(random).node(1 + random.below(4), isDurable)
  return { root, isDurable, historySeed: random.seed() }
}
