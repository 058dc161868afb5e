import { describe, expect, it } from 'vitest'
import { nodeDetail } from '../../../../src/renderer/features/stacks/stack-overview.tsx'

const document = {
  root: {
    kind: 'tiered',
    tiers: [{ kind: 'memory' }, { kind: 'sharded', by: 'jump', shards: [{ kind: 'fs', path: '/a' }] }],
  },
}

describe('nodeDetail', () => {
  it('shows the path of a folder and how shards are chosen', () => {
    expect(nodeDetail(document, 'root.tiers[1].shards[0]')).toBe('/a')
    expect(nodeDetail(document, 'root.tiers[1]')).toBe('picked by jump')
    expect(nodeDetail(document, 'root.tiers[0]')).toBeUndefined()
    expect(nodeDetail(document, 'root.tiers[7].shards[0]')).toBeUndefined()
  })
})
