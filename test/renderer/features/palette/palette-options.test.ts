import { describe, expect, it } from 'vitest'
import { matchCommand, paletteOptions } from '../../../../src/renderer/features/palette/palette-options.ts'

const titles = ['Go to key', 'New key…', 'Delete key…', 'Open folder…', 'Command palette', 'Theme: dark']
const commands = titles.map(title => ({ id: title, title, isEnabled: title !== 'Delete key…' }))
const found = (query: string, recent: readonly string[] = []): string[] =>
  paletteOptions(commands, query, recent).map(({ command }) => command.title)

describe('matchCommand', () => {
  it('finds letters in their order, in either case', () => {
    expect(matchCommand('GTK', 'Go to key')?.places).toEqual([0, 3, 6])
    expect(matchCommand('ktg', 'Go to key')).toBeUndefined()
  })

  it('prefers beginnings of words', () => {
    expect(matchCommand('of', 'Open folder…')?.places).toEqual([0, 5])
  })

  it('marks a part that matches as a whole', () => {
    expect(matchCommand('fold', 'Open folder…')?.places).toEqual([5, 6, 7, 8])
  })

  it('an empty text matches everything', () => {
    expect(matchCommand('', 'Go to key')).toEqual({ score: 0, places: [] })
  })
})

describe('paletteOptions', () => {
  it('puts the better match first and unavailable commands last', () => {
    expect(found('key')).toEqual(['New key…', 'Go to key', 'Delete key…'])
    expect(found('pal')[0]).toBe('Command palette')
    expect(found('xyz')).toEqual([])
  })

  it('starts with the most recently used', () => {
    expect(found('', ['Theme: dark', 'Open folder…']).slice(0, 2)).toEqual(['Theme: dark', 'Open folder…'])
  })
})
