import type { Kind } from '../stack/kind.ts'
import { pureKinds } from '../stack/pure-kinds.ts'
import { stacksOf } from '../stack/pure-stack.ts'
import { Registry } from '../stack/registry.ts'
import { compressedKind } from './kinds/compressed.ts'
import { etcdKind } from './kinds/etcd.ts'
import { fsKind } from './kinds/fs.ts'
import { gitKind } from './kinds/git.ts'
import { journalKind } from './kinds/journal.ts'
import { leveldbKind } from './kinds/leveldb.ts'
import { lmdbKind } from './kinds/lmdb.ts'
import { memcachedKind } from './kinds/memcached.ts'
import { mongodbKind } from './kinds/mongodb.ts'
import { mysqlKind } from './kinds/mysql.ts'
import { postgresKind } from './kinds/postgres.ts'
import { redisKind } from './kinds/redis.ts'
import { s3Kind } from './kinds/s3.ts'
import { sqliteKind } from './kinds/sqlite.ts'

/** Every kind that runs on Node. */
export const nodeKinds: readonly Kind[] = [
  ...pureKinds,
  fsKind,
  leveldbKind,
  lmdbKind,
  sqliteKind,
  gitKind,
  postgresKind,
  mysqlKind,
  mongodbKind,
  redisKind,
  etcdKind,
  s3Kind,
  memcachedKind,
  compressedKind,
  journalKind,
]

const stacks = stacksOf(new Registry(nodeKinds))

/**
 * Opens a stack document. Closing the stack closes every store in it.
 * @throws ConfigError (`CONFIG_INVALID`) naming the path of the problem.
 */
export const openStack = stacks.openStack

/** All problems of a stack document. Nothing is opened. */
export const validateDocument = stacks.validateDocument

/** The available kinds: for forms, help and documentation. */
export const describeKinds = stacks.describeKinds
