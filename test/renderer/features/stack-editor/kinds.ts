import { z } from 'zod'
import { fsKind } from '../../../../src/core/node/kinds/fs.ts'
import { defineKind } from '../../../../src/core/stack/kind.ts'
import { pureKinds } from '../../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../../src/core/stack/registry.ts'
import { parseJson } from '../../../../src/renderer/features/stack-editor/json/json-tree.ts'
import {
  type Kinds,
  readStack,
  type StackNode,
} from '../../../../src/renderer/features/stack-editor/model/stack-node.ts'
import type { Stack } from '../../../../src/renderer/features/stack-editor/operations/node-commands.ts'
import { type KindInfo, kindInfo } from '../../../../src/shared/procedures/stacks.ts'

/** A kind with named children, which no built-in kind has yet. */
const keyedKind = defineKind({
  kind: 'keyed',
  label: 'Keyed',
  help: 'Stores under prefixes.',
  schema: z.strictObject({}),
  children: 'keyed',
  childrenField: 'stores',
  open: neverOpened,
})

/** A kind with an option of every type that forms support. */
const oddKind = defineKind({
  kind: 'odd',
  label: 'Odd',
  help: 'Has every kind of option.',
  schema: z.strictObject({
    count: z.number().int().min(1).max(64),
    ratio: z.number().optional(),
    followLinks: z.boolean().default(false),
    mode: z.enum(['a', 'b']),
    list: z.array(z.string()).optional(),
  }),
  children: 'one',
  childrenField: 'inner',
  open: neverOpened,
})

function neverOpened(): never {
  throw new Error('This kind is only there to be edited')
}

/** The kinds of the library and the two above. */
export const registry = new Registry([...pureKinds, fsKind, keyedKind, oddKind])

/** The same kinds after passing through the contract. */
export const kinds: Kinds = new Map(
  z
    .array(kindInfo)
    .parse(registry.describe())
    .map(info => [info.kind, info]),
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
