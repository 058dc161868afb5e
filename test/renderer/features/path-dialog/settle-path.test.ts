import { describe, expect, it } from 'vitest'
import { settlePath } from '../../../../src/renderer/features/path-dialog/settle-path.ts'

const entries = [
  { name: 'data', path: '/home/data', isFolder: true },
  { name: 'x.stack.json', path: '/home/x.stack.json', isFolder: false },
]
const folder = { type: 'folder' } as const
const stackFile = { type: 'stackFile' } as const
const save = { type: 'saveLocation', name: 'x' } as const

describe('settlePath', () => {
  it('takes a folder, typed to its end or not', () => {
    expect(settlePath(folder, '/home/', entries)).toEqual({ type: 'answer', path: '/home' })
    expect(settlePath(folder, '/home/data', entries)).toEqual({ type: 'answer', path: '/home/data' })
    expect(settlePath(folder, '/home/nope', entries)).toMatchObject({ type: 'problem' })
    expect(settlePath(folder, '/home/x.stack.json', entries)).toMatchObject({ type: 'problem' })
  })

  it('takes a stack file and goes into folders on the way', () => {
    expect(settlePath(stackFile, '/home/data', entries)).toEqual({ type: 'goOn', text: '/home/data/' })
    expect(settlePath(stackFile, '/home/x.stack.json', entries)).toMatchObject({ type: 'answer' })
    expect(settlePath(stackFile, '/home/', entries)).toMatchObject({ type: 'problem' })
  })

  it('asks before a file is replaced', () => {
    expect(settlePath(save, '/home/new.json', entries)).toEqual({ type: 'answer', path: '/home/new.json' })
    expect(settlePath(save, '/home/x.stack.json', entries)).toEqual({ type: 'replace', name: 'x.stack.json' })
    expect(settlePath(save, '/home/data', entries)).toMatchObject({ type: 'goOn' })
  })
})
