import { z } from 'zod'
import { pureKinds } from '../../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../../src/core/stack/registry.ts'
import { parseJson } from '../../../../src/renderer/features/stack-editor/json/parse-json.ts'
import {
  type Kinds,
  readStack,
  type StackNode,
} from '../../../../src/renderer/features/stack-editor/model/stack-node.ts'
import type { Stack } from '../../../../src/renderer/features/stack-editor/operations/stack-edit.ts'
import { type KindInfo, kindInfo } from '../../../../src/shared/procedures/stacks.ts'

/** Folders, as the page knows them: the store itself needs Node. */
export const folderKind: KindInfo = {
  kind: 'fs',
  label: 'Folder',
  help: 'Keeps values in files of a folder.',
  children: 'none',
  schema: z.toJSONSchema(
    z.strictObject({
      path: z
        .string()
        .min(1, 'it needs the path of a folder')
        .meta({ format: 'folder-path' })
        .describe('The folder. A relative path starts from the folder of the stack file.'),
      layout: z.enum(['strata', 'plain']).default('strata').describe('How keys become files.'),
      durability: z.enum(['none', 'file', 'full']).default('none').describe('What a put waits for.'),
      create: z.boolean().optional().describe('Make the folder when it is missing.'),
      readOnly: z.boolean().default(false).describe('Refuse every write.'),
    }),
    { io: 'input' },
  ),
}

/** Children under names, which no built-in kind has yet. */
export const mountKind: KindInfo = {
  kind: 'mount',
  label: 'Mounts',
  help: 'Stores under prefixes.',
  children: 'keyed',
  childrenField: 'mounts',
  schema: z.toJSONSchema(z.strictObject({})),
}

/** An option of every type that forms know. */
export const oddKind: KindInfo = {
  kind: 'odd',
  label: 'Odd',
  help: 'Has every kind of option.',
  children: 'one',
  childrenField: 'inner',
  schema: z.toJSONSchema(
    z.strictObject({
      count: z.number().int().min(1).max(64),
      ratio: z.number().optional(),
      followLinks: z.boolean().default(false),
      mode: z.enum(['a', 'b']),
      list: z.array(z.string()).optional(),
    }),
    { io: 'input' },
  ),
}

const builtIn = z.array(kindInfo).parse(new Registry(pureKinds).describe())

/** The kinds of the library and those above, as they cross the contract. */
export const kinds: Kinds = new Map(
  [...builtIn, folderKind, mountKind, oddKind].map(info => [info.kind, info]),
)

export function kind(name: string): KindInfo {
  const info = kinds.get(name)
  if (info === undefined) throw new Error(`There is no kind "${name}"`)
  return info
}

export function stackOfText(text: string): Stack {
  return { text, root: readStack(parseJson(text), kinds), kinds }
}

/** The node of a stack at a path such as `root.tiers[1]`. */
export function nodeIn({ root }: Stack, id: string): StackNode {
  const found = root && find(root, id)
  if (found === undefined) throw new Error(`There is no node at ${id}`)
  return found
}

function find(node: StackNode, id: string): StackNode | undefined {
  if (node.id === id) return node
  for (const child of node.children) {
    const found = find(child, id)
    if (found !== undefined) return found
  }
  return undefined
}
