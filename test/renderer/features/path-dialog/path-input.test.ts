import { describe, expect, it } from 'vitest'
import {
  asFolder,
  fittingEntries,
  settlePath,
  splitPartialPath,
  withoutEnd,
} from '../../../../src/renderer/features/path-dialog/path-input.ts'

describe('incomplete paths', () => {
  it.each([
    ['/home/a', '/home/', 'a'],
    ['/home/', '/home/', ''],
    ['a', '', 'a'],
    ['C:\\Users\\a', 'C:\\Users\\', 'a'],
    ['/odd\\name', '/', 'odd\\name'],
  ])('splits %s', (text, folder, name) => {
    expect(splitPartialPath(text)).toMatchObject({ folder, name })
  })

  it('ends a folder with its own separator', () => {
    expect(asFolder('/a')).toBe('/a/')
    expect(asFolder('/a/')).toBe('/a/')
    expect(asFolder('C:\\a')).toBe('C:\\a\\')
  })

  it('keeps the separator of a root', () => {
    expect(withoutEnd('/a/')).toBe('/a')
    expect(withoutEnd('/')).toBe('/')
    expect(withoutEnd('C:\\')).toBe('C:\\')
  })
})

describe('fittingEntries', () => {
  const entries = [
    { name: 'b.json', path: '/b.json', isFolder: false },
    { name: 'Beta', path: '/Beta', isFolder: true },
    { name: '.git', path: '/.git', isFolder: true },
    { name: 'b.txt', path: '/b.txt', isFolder: false },
    { name: 'alpha', path: '/alpha', isFolder: true },
  ]
  const names = (name: string): string[] =>
    fittingEntries(entries, name, file => file.endsWith('.json')).map(entry => entry.name)

  it('lists folders first, then files of the requested type', () => {
    expect(names('')).toEqual(['Beta', 'alpha', 'b.json'])
  })

  it('compares without case and shows hidden ones on demand', () => {
    expect(names('b')).toEqual(['Beta', 'b.json'])
    expect(names('.')).toEqual(['.git'])
  })
})

const entries = [
  { name: 'data', path: '/home/data', isFolder: true },
  { name: 'x.stack.json', path: '/home/x.stack.json', isFolder: false },
]
const folder = { type: 'folder' } as const
const stackFile = { type: 'stackFile' } as const
const save = { type: 'saveLocation', name: 'x' } as const

describe('settlePath', () => {
  it('accepts a folder, typed completely or not', () => {
    expect(settlePath(folder, '/home/', entries)).toEqual({ type: 'answer', path: '/home' })
    expect(settlePath(folder, '/home/data', entries)).toEqual({ type: 'answer', path: '/home/data' })
    expect(settlePath(folder, '/home/nope', entries)).toMatchObject({ type: 'problem' })
    expect(settlePath(folder, '/home/x.stack.json', entries)).toMatchObject({ type: 'problem' })
  })

  it('accepts a stack file and enters folders on the way', () => {
    expect(settlePath(stackFile, '/home/data', entries)).toEqual({ type: 'continue', text: '/home/data/' })
    expect(settlePath(stackFile, '/home/x.stack.json', entries)).toMatchObject({ type: 'answer' })
    expect(settlePath(stackFile, '/home/', entries)).toMatchObject({ type: 'problem' })
  })

  it('asks before a file is replaced', () => {
    expect(settlePath(save, '/home/new.json', entries)).toEqual({ type: 'answer', path: '/home/new.json' })
    expect(settlePath(save, '/home/x.stack.json', entries)).toEqual({ type: 'replace', name: 'x.stack.json' })
    expect(settlePath(save, '/home/data', entries)).toMatchObject({ type: 'continue' })
  })
})
