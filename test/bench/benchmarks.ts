import { enginesBenchmark } from './core/engines.ts'
import { etcdBenchmark } from './core/etcd.ts'
import { fsBenchmark } from './core/fs.ts'
import { fsDurableBenchmark } from './core/fs-durable.ts'
import { gitBenchmark } from './core/git.ts'
import { keyIndexBenchmark } from './core/key-index.ts'
import { lmdbBenchmark } from './core/lmdb.ts'
import { memcachedBenchmark } from './core/memcached.ts'
import { memoryBenchmark } from './core/memory.ts'
import { mongodbBenchmark } from './core/mongodb.ts'
import { overheadBenchmark } from './core/overhead.ts'
import { queryBenchmark } from './core/query.ts'
import { redisBenchmark } from './core/redis.ts'
import { reshardBenchmark } from './core/reshard.ts'
import { s3Benchmark } from './core/s3.ts'
import { sqlBenchmark } from './core/sql.ts'
import { streamBenchmark } from './core/stream/stream.ts'
import { traceBenchmark } from './core/trace.ts'
import { eventLoopBenchmark } from './host/event-loop.ts'
import { manyKeysBenchmark } from './host/many-keys.ts'
import { queryOfHostBenchmark } from './host/query.ts'
import type { Benchmark } from './result.ts'
import { treeBenchmark } from './tree/run.ts'
import { largeLevelBenchmark } from './window/large-level.ts'
import { largeValueBenchmark } from './window/large-value.ts'

/** Every benchmark, by its name for `npm run bench -- NAME`. */
export const benchmarks: readonly Benchmark[] = [
  memoryBenchmark,
  fsBenchmark,
  fsDurableBenchmark,
  enginesBenchmark,
  lmdbBenchmark,
  redisBenchmark,
  sqlBenchmark,
  s3Benchmark,
  gitBenchmark,
  etcdBenchmark,
  memcachedBenchmark,
  mongodbBenchmark,
  overheadBenchmark,
  traceBenchmark,
  queryBenchmark,
  streamBenchmark,
  reshardBenchmark,
  treeBenchmark,
  largeValueBenchmark,
  largeLevelBenchmark,
  eventLoopBenchmark,
  manyKeysBenchmark,
  keyIndexBenchmark,
  queryOfHostBenchmark,
]
