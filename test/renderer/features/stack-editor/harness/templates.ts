import type { Template } from '../../../../../src/shared/procedures/stacks.ts'

const folder = (path: string) => ({ kind: 'fs', path })

export const templates: readonly Template[] = [
  {
    id: 'folder',
    label: 'One folder',
    help: 'Values in the files of a folder.',
    document: { strata: 1, name: 'Folder', root: folder('data') },
  },
  {
    id: 'cached-folder',
    label: 'Cache over a folder',
    help: 'Memory answers what was read before; the folder holds everything.',
    document: {
      strata: 1,
      name: 'Cached folder',
      root: { kind: 'tiered', tiers: [{ kind: 'memory' }, folder('data')] },
    },
  },
  {
    id: 'shards',
    label: 'Sharded folders',
    help: 'Keys spread over two folders, each key in one of them.',
    document: {
      strata: 1,
      name: 'Shards',
      root: { kind: 'sharded', by: 'jump', shards: [folder('data/shard-1'), folder('data/shard-2')] },
    },
  },
]
