import type { Kind } from '../stack/kind.ts'
import { pureKinds } from '../stack/pure-kinds.ts'
import { stacksOf } from '../stack/pure-stack.ts'
import { Registry } from '../stack/registry.ts'
import { compressedKind } from './kinds/compressed.ts'
import { fsKind } from './kinds/fs.ts'
import { journalKind } from './kinds/journal.ts'
import { leveldbKind } from './kinds/leveldb.ts'
import { lmdbKind } from './kinds/lmdb.ts'
import { redisKind } from './kinds/redis.ts'
import { sqliteKind } from './kinds/sqlite.ts'

/** Every kind that runs on Node. */
export const nodeKinds: readonly Kind[] = [
  ...pureKinds,
  fsKind,
  leveldbKind,
  lmdbKind,
  sqliteKind,
  redisKind,
  compressedKind,
  journalKind,
]

const stacks = stacksOf(new Registry(nodeKinds))

/**
 * Opens a stack document. Close the stack to close every store in it.
 * @throws ConfigError (`CONFIG_INVALID`) naming the path of what is wrong.
 */
export const openStack = stacks.openStack

/** Everything that is wrong with a stack document, without opening anything. */
export const validateDocument = stacks.validateDocument

/** What documents may be made of: for forms, help and documentation. */
export const describeKinds = stacks.describeKinds
