import type { Kind } from './kind.ts'
import { memoryKind } from './kinds/memory.ts'
import { mountKind } from './kinds/mount.ts'
import { namespaceKind } from './kinds/namespace.ts'
import { nullKind } from './kinds/null.ts'
import { readOnlyKind } from './kinds/read-only.ts'
import { shardedKind } from './kinds/sharded.ts'
import { tieredKind } from './kinds/tiered.ts'

/** The kinds that need nothing of the platform. */
export const pureKinds: readonly Kind[] = [
  memoryKind,
  nullKind,
  tieredKind,
  shardedKind,
  mountKind,
  namespaceKind,
  readOnlyKind,
]
