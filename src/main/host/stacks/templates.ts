import { join } from 'node:path'
import type { Template } from '../../../shared/procedures/stacks.ts'

/**
 * Stacks to start with. Each is valid: its folders are suggestions, `strata-data/…` below the home directory, and are
 * created when the stack is applied.
 */
export function templates(home: string): Template[] {
  const folder = (id: string, label: string, name: string) => ({
    kind: 'fs',
    id,
    label,
    path: join(home, 'strata-data', name),
  })
  const cache = { kind: 'memory', id: 'cache', label: 'Cache' }
  const shards = (count: number) => ({
    kind: 'sharded',
    id: 'shards',
    label: 'Shards',
    shards: Array.from({ length: count }, (_, index) => {
      const letter = String.fromCharCode(97 + index)
      return folder(`shard-${letter}`, `Shard ${letter.toUpperCase()}`, `shard-${letter}`)
    }),
  })
  return [
    {
      id: 'cached-folder',
      label: 'Memory cache over a folder',
      help: 'Values live in a folder. A value that was read stays in memory too, and comes from there the next time.',
      document: stack('Cached folder', {
        kind: 'tiered',
        id: 'tiers',
        label: 'Tiers',
        tiers: [cache, folder('folder', 'Folder', 'folder')],
      }),
    },
    {
      id: 'sharded-folders',
      label: 'Four shards over folders',
      help: 'Each key lives in exactly one of four folders, picked by the key. Put the folders on different disks.',
      document: stack('Sharded folders', shards(4)),
    },
    {
      id: 'tiered-shards',
      label: 'Memory cache over four shards',
      help: 'A cache in memory over four folders, each of which holds a share of the keys.',
      document: stack('Cached shards', {
        kind: 'tiered',
        id: 'tiers',
        label: 'Tiers',
        tiers: [cache, shards(4)],
      }),
    },
    {
      id: 'mounted-folders',
      label: 'Two folders in one tree',
      help: 'Each folder is a branch of the tree: its keys begin with the name of that branch.',
      document: stack('Two folders', {
        kind: 'mount',
        id: 'mount',
        label: 'Mount',
        mounts: {
          '/first': folder('first', 'First folder', 'first'),
          '/second': folder('second', 'Second folder', 'second'),
        },
      }),
    },
    {
      id: 'read-only-folder',
      label: 'Read-only folder',
      help: 'Shows the files of a folder as they are and refuses every write.',
      document: stack('Read-only folder', {
        kind: 'read-only',
        id: 'lock',
        label: 'Read-only',
        store: { kind: 'fs', id: 'folder', label: 'Folder', path: home, layout: 'plain' },
      }),
    },
    {
      id: 'memory',
      label: 'Memory',
      help: 'Keeps values until the stack is closed: for trying things out.',
      document: stack('Memory', { kind: 'memory', id: 'memory', label: 'Memory' }),
    },
  ]
}

function stack(name: string, root: Record<string, unknown>): Record<string, unknown> {
  return { strata: 1, name, root }
}
