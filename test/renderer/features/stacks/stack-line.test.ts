import { describe, expect, it } from 'vitest'
import { isSameSource, stackLines } from '../../../../src/renderer/features/stacks/stack-line.tsx'
import type { SessionInfo } from '../../../../src/shared/procedures/sessions.ts'

const session: SessionInfo = {
  id: 's1',
  name: 'data',
  source: { type: 'folder', path: '/data' },
  isReadOnly: true,
  environment: 'development',
  isWritable: true,
  keepsExpiry: true,
  document: {},
  nodes: [],
  status: {},
}
const recent = { id: 'r1', name: 'data', isReadOnly: false, openedAt: 1 }

describe('stackLines', () => {
  it('lists a stack that is open once', () => {
    const lines = stackLines(
      [session],
      [
        { ...recent, source: { type: 'folder', path: '/data' } },
        { ...recent, id: 'r2', name: 'other', source: { type: 'stackFile', path: '/other.stack.json' } },
      ],
    )
    expect(lines).toMatchObject([
      { id: 's1', isOpen: true, isReadOnly: true },
      { id: 'r2', isOpen: false, isReadOnly: false },
    ])
  })
})

describe('isSameSource', () => {
  it('identifies a stack file by its path, whether its document is saved or not', () => {
    const file = { type: 'stackFile', path: '/x.json' } as const
    expect(isSameSource(file, { type: 'document', document: {}, path: '/x.json' })).toBe(true)
    expect(isSameSource(file, { type: 'folder', path: '/x.json' })).toBe(false)
    const unsaved = { type: 'document', document: { root: { kind: 'memory' } } } as const
    expect(isSameSource(unsaved, { type: 'document', document: { root: { kind: 'memory' } } })).toBe(true)
    expect(isSameSource(unsaved, { type: 'document', document: { root: { kind: 'null' } } })).toBe(false)
    expect(isSameSource({ type: 'sample' }, { type: 'sample' })).toBe(true)
  })
})
