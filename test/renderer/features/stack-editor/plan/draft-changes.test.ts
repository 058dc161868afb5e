import { describe, expect, it } from 'vitest'
import { nodeTitle } from '../../../../../src/renderer/features/stack-editor/model/stack-node.ts'
import {
  changesText,
  compareNodes,
} from '../../../../../src/renderer/features/stack-editor/plan/draft-changes.ts'
import { stackOfText } from '../kinds.ts'

interface Plain {
  readonly kind: string
  readonly id?: string
  readonly [option: string]: unknown
}

const memory = (id: string, options: object = {}): Plain => ({ kind: 'memory', id, label: id, ...options })
const tiers = (...nodes: Plain[]): Plain => ({ kind: 'tiered', id: 'tiers', label: 'tiers', tiers: nodes })
const shards = (...nodes: Plain[]): Plain => ({
  kind: 'sharded',
  id: 'shards',
  label: 'shards',
  shards: nodes,
})
const sample = tiers(memory('cache'), shards(memory('a'), memory('b'), memory('c')))

function compare(running: Plain | undefined, draft: Plain) {
  const rootOf = (root: Plain) => stackOfText(JSON.stringify({ strata: 1, root })).root
  return compareNodes(rootOf(draft)!, running && rootOf(running))
}

/** `depth label change` of each node. */
function lines(running: Plain | undefined, draft: Plain): string[] {
  return compare(running, draft).map(({ node, depth, change }) => {
    return `${depth} ${nodeTitle(node)}${change === undefined ? '' : ` ${change}`}`
  })
}

describe('compareNodes', () => {
  it('O52 marks nothing if the draft equals the running stack, or if no stack runs', () => {
    const plain = ['0 tiers', '1 cache', '1 shards', '2 a', '2 b', '2 c']
    expect(lines(sample, sample)).toEqual(plain)
    expect(lines(undefined, sample)).toEqual(plain)
    expect(changesText(compare(sample, sample))).toBe('')
  })

  it('O52 marks new, changed and removed nodes in their places', () => {
    const draft = tiers(
      memory('cache', { maxEntries: 5 }),
      shards(memory('a'), memory('c'), { kind: 'memory', label: 'd' }),
    )
    expect(lines(sample, draft)).toEqual([
      '0 tiers',
      '1 cache changed',
      '1 shards',
      '2 a',
      '2 b removed',
      '2 c',
      '2 d new',
    ])
    expect(changesText(compare(sample, draft))).toBe('1 new, 1 changed, 1 removed')
  })

  it('O52 a wrapped node is unchanged, and the node that wraps it is new', () => {
    const draft = tiers(memory('cache'), {
      kind: 'retry',
      label: 'retry',
      store: shards(memory('a'), memory('b'), memory('c')),
    })
    expect(lines(sample, draft)).toEqual([
      '0 tiers',
      '1 cache',
      '1 retry new',
      '2 shards',
      '3 a',
      '3 b',
      '3 c',
    ])
  })

  it('O52 a removed node is shown with all nodes below it', () => {
    expect(lines(sample, tiers(memory('cache')))).toEqual([
      '0 tiers',
      '1 cache',
      '1 shards removed',
      '2 a removed',
      '2 b removed',
      '2 c removed',
    ])
    expect(lines(sample, shards(memory('a'), memory('b'), memory('c')))).toEqual([
      '0 shards',
      '1 a',
      '1 b',
      '1 c',
      '1 tiers removed',
      '2 cache removed',
    ])
  })

  it('O52 marks nodes in another order, or below another node', () => {
    const turned = tiers(shards(memory('a'), memory('b'), memory('c')), memory('cache'))
    expect(lines(sample, turned)).toEqual(['0 tiers', '1 shards moved', '2 a', '2 b', '2 c', '1 cache moved'])
    const below = tiers(memory('cache'), shards(memory('a'), memory('b')), memory('c'))
    expect(lines(sample, below)).toEqual(['0 tiers', '1 cache', '1 shards', '2 a', '2 b', '1 c moved'])
  })
})
