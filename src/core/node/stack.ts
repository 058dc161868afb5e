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

export const { openStack, validateDocument, describeKinds } = stacksOf(new Registry(nodeKinds))
