import type { StackNodeDocument } from '../../src/core/stack/document.ts'
import { clientOf, newBucket } from '../core/node/engines/s3/s3-context.ts'
import { noEtcd, startEtcd } from '../servers/etcd.ts'
import * as mariadb from '../servers/mariadb.ts'
import { noMemcached, startMemcached } from '../servers/memcached.ts'
import { startMongoDouble } from '../servers/mongo/double.ts'
import * as postgres from '../servers/postgres.ts'
import { noRadosgw, startRadosgw } from '../servers/radosgw.ts'
import { noRedis, startRedis } from '../servers/redis.ts'
import { bundledWorker, runCrashes } from './crash/crash-run.ts'
import { runHistory } from './history.ts'
import { Random } from './random.ts'
import { briefly } from './stacks/nodes.ts'
import { RandomStacks, type StackLimits } from './stacks/random-stack.ts'
import { Ledger } from './violation.ts'

export interface SoakOptions {
  /** The first run's; each further run has the next one. */
  readonly seed: number
  /** Stop after so many runs, or when `isOver` says so. */
  readonly runs?: number | undefined
  readonly isOver?: (() => boolean) | undefined
  readonly rounds?: number | undefined
  /** Kill the process that writes so many times in each run, instead of going through a history in this one. */
  readonly kills?: number | undefined
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

/** Random histories on random stacks, or processes killed while they write to one; one run per seed. */
export async function soak({
  seed,
  runs = Number.POSITIVE_INFINITY,
  isOver = () => false,
  rounds = 60,
  kills = 0,
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

/** A node of each server that there is to start here. */
async function ownServers(): Promise<AsyncDisposable & { readonly nodes: StackNodeDocument[] }> {
  const nodes: StackNodeDocument[] = []
  const started: { stop(): Promise<void> }[] = []
  if (noRedis === undefined) {
    const server = await startRedis()
    started.push(server)
    nodes.push({ kind: 'redis', url: server.url })
  }
  if (postgres.noPostgres === undefined) {
    const server = await postgres.startPostgres({ config: postgres.FAST })
    started.push(server)
    nodes.push({ kind: 'postgres', url: server.url, user: 'postgres' })
  }
  if (mariadb.noMariadb === undefined) {
    const server = await mariadb.startMariadb({ config: mariadb.FAST })
    started.push(server)
    nodes.push({ kind: 'mysql', url: server.url, user: 'app' })
  }
  if (noEtcd === undefined) {
    const server = await startEtcd()
    started.push(server)
    nodes.push({ kind: 'etcd', url: server.url })
  }
  if (noMemcached === undefined) {
    // So much that it evicts nothing.
    const server = await startMemcached({ memory: 1024 })
    started.push(server)
    nodes.push({ kind: 'memcached', url: server.url })
  }
  if (noRadosgw === undefined) {
    const server = await startRadosgw()
    started.push(server)
    const client = clientOf(server)
    const url = `s3://${await newBucket(client)}`
    client.destroy()
    const { endpoint, user } = server
    nodes.push({ kind: 's3', url, endpoint, user, password: { secret: 's3' } })
  }
  const mongo = await startMongoDouble()
  nodes.push({ kind: 'mongodb', url: mongo.url })
  const stop = async (): Promise<void> => {
    await mongo.stop()
    for (const server of started) await server.stop()
  }
  return { nodes, [Symbol.asyncDispose]: stop }
}

function stackFor(seed: number, limits: StackLimits) {
  const random = new Random(seed)
  const isDurable = limits.mayDie === true || random.chance(0.5)
  const root = new RandomStacks(random, limits).node(1 + random.below(4), isDurable)
  return { root, isDurable, historySeed: random.seed() }
}
