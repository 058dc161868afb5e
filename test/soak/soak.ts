import type { StackNodeDocument } from '../../src/core/stack/document.ts'
import { engineServers } from '../servers/engine-servers.ts'
import { bundledWorker, runCrashes } from './crash/crash-run.ts'
import { runHistory } from './history.ts'
import { Random } from './random.ts'
import { briefly } from './stacks/nodes.ts'
import { RandomStacks, type StackLimits } from './stacks/random-stack.ts'
import { Ledger } from './violation.ts'

export interface SoakOptions {
  /** The seed of the first run; each further run has the next one. */
  readonly seed: number
  /** Stop after this many runs, or when `isOver` returns true. */
  readonly runs?: number | undefined
  readonly isOver?: (() => boolean) | undefined
  readonly rounds?: number | undefined
  /** Kill the process that writes this many times in each run, instead of running a history in this one. */
  readonly kills?: number | undefined
  /** Every leaf of a stack is in a server. */
  readonly onServers?: boolean | undefined
  /** Called for each failed run. */
  readonly onFailure: (seed: number, error: Error) => void
}

export interface SoakResult {
  readonly runs: number
  readonly calls: number
  /** The number of different stacks. */
  readonly stacks: number
  readonly failures: readonly number[]
  /** How often each invariant held. */
  readonly held: Ledger['counts']
}

/** Random histories on random stacks, or processes killed while they write to one; one run per seed. */
export async function soak({
  seed,
  runs = Number.POSITIVE_INFINITY,
  isOver = () => false,
  rounds = 60,
  kills = 0,
  onServers = false,
  onFailure,
}: SoakOptions): Promise<SoakResult> {
  const ledger = new Ledger()
  const stacks = new Set<string>()
  const failures: number[] = []
  let [run, calls] = [0, 0]
  await using worker = kills > 0 ? await bundledWorker() : undefined
  await using servers = kills > 0 ? undefined : await ownServers()
  for (; run < runs && !isOver(); run++) {
    const own = seed + run
    const { root, isDurable, historySeed } = stackFor(own, {
      mayDie: worker !== undefined,
      servers: servers?.nodes,
      onServers,
    })
    stacks.add(briefly(root))
    try {
      calls +=
        worker === undefined
          ? await runHistory({ seed: historySeed, root, isDurable, rounds, ledger })
          : await runCrashes({ program: worker.file, root, seed: historySeed, kills, ledger })
    } catch (error) {
      failures.push(own)
      onFailure(own, error as Error)
    }
  }
  return { runs: run, calls, stacks: stacks.size, failures, held: ledger.counts }
}

/** A node of each server that can be started here. */
async function ownServers(): Promise<AsyncDisposable & { readonly nodes: StackNodeDocument[] }> {
  const started = await Promise.all(
    engineServers.filter(({ missing }) => missing === undefined).map(({ start }) => start()),
  )
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(({ server }) => server.stop()))
  }
  return { nodes: started.map(({ node }) => node), [Symbol.asyncDispose]: stop }
}

function stackFor(seed: number, limits: StackLimits) {
  const random = new Random(seed)
  const isDurable = limits.mayDie === true || random.chance(0.5)
  const root = new RandomStacks(random, limits).node(1 + random.below(4), isDurable)
  return { root, isDurable, historySeed: random.seed() }
}
