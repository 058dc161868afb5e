import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  nodeAt,
  parseJson,
  textOf,
} from '../../../../../src/renderer/features/stack-editor/json/json-tree.ts'
import { type StackNode, walk } from '../../../../../src/renderer/features/stack-editor/model/stack-node.ts'
import { addNode, placeToAdd } from '../../../../../src/renderer/features/stack-editor/operations/add-node.ts'
import {
  canBecome,
  changeKind,
} from '../../../../../src/renderer/features/stack-editor/operations/change-kind.ts'
import { idOf } from '../../../../../src/renderer/features/stack-editor/operations/new-node.ts'
import {
  canUnwrap,
  NODE_COMMANDS,
  type Stack,
  unwrapNode,
  wrapNode,
  wrappings,
} from '../../../../../src/renderer/features/stack-editor/operations/node-commands.ts'
import { kinds, stackOfText } from '../kinds.ts'

interface Plain {
  readonly kind: string
  readonly [option: string]: unknown
}

const { node } = fc.letrec<{ node: Plain; leaf: Plain; branch: Plain }>(tie => ({
  leaf: fc.oneof(
    fc.constant({ kind: 'memory' }),
    fc.record({ kind: fc.constant('fs'), path: fc.string(), note: fc.constant([1, { deep: 'x' }]) }),
  ),
  branch: fc.oneof(
    fc.record({ kind: fc.constant('tiered'), tiers: fc.array(tie('node'), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('sharded'),
      by: fc.constantFrom('jump', 'modulo'),
      shards: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('read-only'), label: fc.string(), store: tie('node') }),
    fc.record({
      kind: fc.constant('keyed'),
      stores: fc.dictionary(fc.stringMatching(/^\/[a-z]{1,3}$/), tie('node'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    }),
  ),
  node: fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('branch')),
}))

const document = fc
  .tuple(node, fc.boolean(), fc.constantFrom(undefined, 1, 2, 4, '\t'))
  .map(([root, hasIds, indent]) => {
    const content = { strata: 1, name: 'Test', root: hasIds ? withIds(root) : root, other: [1.5] }
    return stackOfText(JSON.stringify(content, null, indent))
  })

/** Gives nodes the ids that the editor itself would choose first. */
function withIds(root: Plain): unknown {
  const counts = new Map<string, number>()
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit)
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value).map(([name, item]) => [name, visit(item)])
    const name = (value as Partial<Plain>).kind
    if (name === undefined) return Object.fromEntries(members)
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return Object.fromEntries([['id', `${name}-${count}`], ...members])
  }
  return visit(root)
}

function nodesOf({ root }: Stack): readonly StackNode[] {
  return root === undefined ? [] : walk(root)
}

function valueAt(stack: Stack, { path }: StackNode): unknown {
  const found = nodeAt(parseJson(stack.text), path)
  return found && JSON.parse(textOf(stack.text, found))
}

const withNode = fc
  .tuple(document, fc.nat())
  .map(([stack, at]) => ({ stack, node: nodesOf(stack)[at % nodesOf(stack).length]! }))

describe('operations on stacks', () => {
  it('X1 every operation leaves valid JSON, the rest of the document, unique ids, and selects a node', () => {
    fc.assert(
      fc.property(withNode, fc.constantFrom(...kinds.values()), ({ stack, node: chosen }, info) => {
        const place = placeToAdd(chosen)
        const edits = [
          ...NODE_COMMANDS.filter(({ check }) => check(chosen).isPossible).map(({ run }) =>
            run(stack, chosen),
          ),
          ...(place === undefined ? [] : [addNode(stack, place, info)]),
          ...wrappings(kinds).map(wrapping => wrapNode(stack, chosen, wrapping)),
          ...(canBecome(chosen, info).isPossible ? [changeKind(stack, chosen, info)] : []),
        ]
        for (const { text, select } of edits) {
          const edited = stackOfText(text)
          expect(JSON.parse(text)).toMatchObject({ strata: 1, name: 'Test', other: [1.5] })
          const ids = nodesOf(edited).flatMap(found => idOf(found) ?? [])
          expect(new Set(ids).size).toBe(ids.length)
          expect(nodesOf(edited).map(found => found.path)).toContainEqual(select)
        }
      }),
    )
  })

  it('X1 unwrapNode() undoes wrapNode()', () => {
    fc.assert(
      fc.property(withNode, ({ stack, node: chosen }) => {
        for (const wrapping of wrappings(kinds)) {
          const wrapped = stackOfText(wrapNode(stack, chosen, { ...wrapping, before: [] }).text)
          const wrapper = nodesOf(wrapped).find(found => found.id === chosen.id)!
          expect(wrapper.kind).toBe(wrapping.info.kind)
          expect(canUnwrap(wrapper).isPossible).toBe(true)
          expect(JSON.parse(unwrapNode(wrapped, wrapper).text)).toEqual(JSON.parse(stack.text))
        }
      }),
    )
  })

  it('X1 wrapNode() does not change the text of the wrapped node', () => {
    fc.assert(
      fc.property(withNode, ({ stack, node: chosen }) => {
        for (const wrapping of wrappings(kinds)) {
          const wrapped = stackOfText(wrapNode(stack, chosen, wrapping).text)
          const inner = nodesOf(wrapped)
            .find(found => found.id === chosen.id)!
            .children.at(-1)!
          expect(valueAt(wrapped, inner)).toEqual(valueAt(stack, chosen))
          const written = (text: string, { json }: StackNode) => textOf(text, json).replaceAll(/\n\s*/g, '')
          expect(written(wrapped.text, inner)).toBe(written(stack.text, chosen))
        }
      }),
    )
  })

  it('X1 moving a node up and down again restores the text', () => {
    fc.assert(
      fc.property(withNode, ({ stack, node: chosen }) => {
        const [up, down] = [command('moveUp'), command('moveDown')]
        fc.pre(up.check(chosen).isPossible)
        const moved = up.run(stack, chosen)
        const there = nodesOf(stackOfText(moved.text)).find(
          found => String(found.path) === String(moved.select),
        )!
        expect(JSON.parse(down.run(stackOfText(moved.text), there).text)).toEqual(JSON.parse(stack.text))
      }),
    )
  })

  it('X1 changing the kind and back keeps children, ids, labels and unknown members', () => {
    fc.assert(
      fc.property(withNode, fc.constantFrom(...kinds.values()), ({ stack, node: chosen }, info) => {
        const before = kinds.get(chosen.kind ?? '')
        fc.pre(before !== undefined && canBecome(chosen, info).isPossible)
        const changed = stackOfText(changeKind(stack, chosen, info).text)
        const there = nodesOf(changed).find(found => found.id === chosen.id)!
        expect(there.kind).toBe(info.kind)
        expect(there.label).toBe(chosen.label)
        expect(there.children.map(child => valueAt(changed, child))).toEqual(
          chosen.children.map(child => valueAt(stack, child)),
        )
        expect(Object.keys(valueAt(changed, there) as object).includes('note')).toBe(
          Object.keys(valueAt(stack, chosen) as object).includes('note'),
        )
      }),
    )
  })
})

function command(id: string) {
  return NODE_COMMANDS.find(candidate => candidate.id === id)!
}
