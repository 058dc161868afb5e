import type { Kind } from './kind.ts'
import { cacheKind } from './kinds/cache.ts'
import { lowercaseKind, nestedPathKind } from './kinds/key-transforms.ts'
import { memoryKind } from './kinds/memory.ts'
import { mountKind } from './kinds/mount.ts'
import { namespaceKind } from './kinds/namespace.ts'
import { nullKind } from './kinds/null.ts'
import { directoryTreeKind, symlinkKind } from './kinds/paired.ts'
import { readOnlyKind } from './kinds/read-only.ts'
import { faultKind, rateLimitKind, retryKind, timeoutKind } from './kinds/resilience.ts'
import { shardedKind } from './kinds/sharded.ts'
import { tieredKind } from './kinds/tiered.ts'

/** The kinds that use no platform API. */
export const pureKinds: readonly Kind[] = [
  memoryKind,
  nullKind,
  tieredKind,
  shardedKind,
  mountKind,
  cacheKind,
  namespaceKind,
  readOnlyKind,
  lowercaseKind,
  nestedPathKind,
  symlinkKind,
  directoryTreeKind,
  retryKind,
  timeoutKind,
  rateLimitKind,
  faultKind,
]
