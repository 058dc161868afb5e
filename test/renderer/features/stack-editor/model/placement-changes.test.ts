import { describe, expect, it } from 'vitest'
import { placementChanges } from '../../../../../src/renderer/features/stack-editor/model/placement-changes.ts'
import { stackOfText } from '../kinds.ts'

interface Shards {
  readonly ids: readonly string[]
  readonly by?: string
  readonly label?: string
}

function sharded({ ids, ...options }: Shards) {
  const shards = ids.map(id => ({ kind: 'memory', id }))
  const spread = { kind: 'sharded', id: 'spread', ...options, shards }
  const root = { kind: 'read-only', id: 'lock', store: spread }
  return stackOfText(JSON.stringify({ strata: 1, name: 'A', root })).root
}

describe('placementChanges()', () => {
  const running = sharded({ ids: ['a', 'b'] })

  it.each([
    ['a shard more', { ids: ['a', 'b', 'c'] }],
    ['a shard less', { ids: ['a'] }],
    ['another order', { ids: ['b', 'a'] }],
    ['another function', { ids: ['a', 'b'], by: 'modulo' }],
  ])('S1 warns of %s', (_what, draft: Shards) => {
    const problems = placementChanges(running, sharded(draft))
    expect(problems.map(({ path }) => path)).toEqual(['root.store.shards'])
    expect(problems[0]?.message).toContain('until they are moved')
  })

  it('S1 says nothing of what places keys as before', () => {
    expect(placementChanges(running, sharded({ ids: ['a', 'b'], by: 'jump', label: 'Spread' }))).toEqual([])
    expect(placementChanges(undefined, sharded({ ids: ['a'] }))).toEqual([])
  })
})
