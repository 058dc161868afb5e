import { z } from 'zod'
import { directoryTree } from '../../adapters/directory/directory-tree.ts'
import { symlink } from '../../adapters/symlink/symlink.ts'
import type { BinaryDatastore } from '../../datastore.ts'
import { ConfigError } from '../config-error.ts'
import { defineKind } from '../kind.ts'

const paired = { schema: z.strictObject({}), children: 'many', childrenField: 'stores' } as const

export const symlinkKind = defineKind({
  ...paired,
  kind: 'symlink',
  label: 'Symbolic links',
  help: 'Gives a value several names by links. Of its two stores, the first holds the values, the second only the links.',
  childRoles: ['values', 'links'],
  open: async (_options, children, { path }) => {
    const [store, links] = pairOf(children, path)
    return symlink(store, { links })
  },
})

export const directoryTreeKind = defineKind({
  ...paired,
  kind: 'directory-tree',
  label: 'Directory tree',
  help: 'Lists each level in the order in which its keys were added. Of its two stores, the first holds the values, the second only these directories.',
  childRoles: ['values', 'directories'],
  open: async (_options, children, { path }) => {
    const [store, members] = pairOf(children, path)
    return directoryTree(store, { members })
  },
})

function pairOf(
  children: readonly BinaryDatastore[],
  path: string,
): readonly [BinaryDatastore, BinaryDatastore] {
  const [first, second] = children
  if (first === undefined || second === undefined) throw new ConfigError(path, 'it needs two stores below')
  return [first, second]
}
