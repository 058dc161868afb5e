import { join } from 'node:path'
import type { StackDocument } from '../../../core/stack/document.ts'

/** The stack of the sample: a cache in memory over two folders that share the keys. */
export function sampleDocument(directory: string): StackDocument {
  const shard = (letter: string) => ({
    kind: 'fs',
    id: `shard-${letter}`,
    label: `Shard ${letter.toUpperCase()}`,
    path: join(directory, `shard-${letter}`),
  })
  return {
    strata: 1,
    name: 'Sample',
    root: {
      kind: 'tiered',
      id: 'tiers',
      label: 'Tiers',
      tiers: [
        { kind: 'memory', id: 'cache', label: 'Cache' },
        { kind: 'sharded', id: 'shards', label: 'Shards', by: 'jump', shards: [shard('a'), shard('b')] },
      ],
    },
  }
}
