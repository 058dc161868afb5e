import { describe, expect, it } from 'vitest'
import {
  asFolder,
  splitPartialPath,
  withoutEnd,
} from '../../../../src/renderer/features/path-dialog/partial-path.ts'
import { fittingEntries } from '../../../../src/renderer/features/path-dialog/path-options.ts'

describe('paths half typed', () => {
  it.each([
    ['/home/a', '/home/', 'a'],
    ['/home/', '/home/', ''],
    ['a', '', 'a'],
    ['C:\\Users\\a', 'C:\\Users\\', 'a'],
    ['/odd\\name', '/', 'odd\\name'],
  ])('takes %s apart', (text, folder, name) => {
    expect(splitPartialPath(text)).toMatchObject({ folder, name })
  })

  it('ends a folder with its own separator', () => {
    expect(asFolder('/a')).toBe('/a/')
    expect(asFolder('/a/')).toBe('/a/')
    expect(asFolder('C:\\a')).toBe('C:\\a\\')
  })

  it('keeps a root whole', () => {
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

  it('lists folders first, then the files that are asked for', () => {
    expect(names('')).toEqual(['Beta', 'alpha', 'b.json'])
  })

  it('compares without case and shows hidden ones on demand', () => {
    expect(names('b')).toEqual(['Beta', 'b.json'])
    expect(names('.')).toEqual(['.git'])
  })
})
