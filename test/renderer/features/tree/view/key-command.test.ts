import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type KeyContext, keyCommand } from '../../../../../src/renderer/features/tree/view/key-command.ts'

const CONTEXT: KeyContext = {
  row: 5,
  rows: 20,
  pageRows: 8,
  parentRow: 2,
  firstRowInside: undefined,
  isBranch: false,
  isOpen: false,
  isStatus: false,
  isTyping: false,
}

function press(chord: string, context: Partial<KeyContext> = {}) {
  const parts = chord === '+' ? ['+'] : chord.split('+')
  const key = parts.pop() ?? ''
  const held = {
    altKey: parts.includes('Alt'),
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Meta'),
    shiftKey: parts.includes('Shift'),
  }
  return keyCommand({ key, ...held }, { ...CONTEXT, ...context })
}

describe('keyCommand()', () => {
  it('moves by row, by page and to the ends, and never past them', () => {
    expect(press('ArrowDown')).toEqual({ type: 'move', to: 6 })
    expect(press('ArrowUp')).toEqual({ type: 'move', to: 4 })
    expect(press('PageDown')).toEqual({ type: 'move', to: 13 })
    expect(press('PageUp')).toEqual({ type: 'move', to: 0 })
    expect(press('Home')).toEqual({ type: 'move', to: 0 })
    expect(press('End')).toEqual({ type: 'move', to: 19 })
    expect(press('ArrowDown', { row: 19 })).toEqual({ type: 'move', to: 19 })
    expect(press('ArrowUp', { row: 0 })).toEqual({ type: 'move', to: 0 })
  })

  it('expands with right, then moves to the child; collapses with left, then moves to the parent', () => {
    expect(press('ArrowRight', { isBranch: true })).toEqual({ type: 'expand' })
    const open = { isBranch: true, isOpen: true }
    expect(press('ArrowRight', { ...open, firstRowInside: 6 })).toEqual({ type: 'move', to: 6 })
    // A level that is still being read has no row to move to: the next one is a sibling.
    expect(press('ArrowRight', open)).toBeUndefined()
    expect(press('ArrowRight')).toBeUndefined()
    expect(press('ArrowLeft', { isBranch: true, isOpen: true })).toEqual({ type: 'collapse' })
    expect(press('ArrowLeft')).toEqual({ type: 'move', to: 2 })
    expect(press('ArrowLeft', { parentRow: undefined })).toBeUndefined()
  })

  it('opens rows in tabs: Enter to pin, Space to preview, Alt+Enter as branch', () => {
    expect(press('Enter')).toEqual({ type: 'activate', as: 'any', isPreview: false })
    expect(press(' ')).toEqual({ type: 'activate', as: 'any', isPreview: true })
    expect(press('Alt+Enter')).toEqual({ type: 'activate', as: 'branch', isPreview: false })
  })

  it('has the other actions', () => {
    expect(press('F2')).toEqual({ type: 'rename' })
    expect(press('Delete')).toEqual({ type: 'delete' })
    expect(press('*')).toEqual({ type: 'expandSiblings' })
    expect(press('Shift+*')).toEqual({ type: 'expandSiblings' })
    expect(press('/')).toEqual({ type: 'jump' })
    expect(press('ContextMenu')).toEqual({ type: 'menu' })
    expect(press('Shift+F10')).toEqual({ type: 'menu' })
    expect(press('Escape')).toEqual({ type: 'chooseNone' })
    expect(press('Ctrl+c')).toEqual({ type: 'many', action: 'copy' })
    expect(press('Meta+c')).toEqual({ type: 'many', action: 'copy' })
  })

  it('ignores keys of others', () => {
    for (const chord of ['Tab', 'F5', 'F10', 'Ctrl+p', 'Ctrl+Shift+P', 'Alt+x', 'Meta+s', 'Dead']) {
      expect(press(chord), chord).toBeUndefined()
    }
  })

  it('reads characters as the beginning of a name, a space only in the middle of one', () => {
    expect(press('a')).toEqual({ type: 'typeAhead', text: 'a' })
    expect(press('Shift+A')).toEqual({ type: 'typeAhead', text: 'A' })
    expect(press('😀')).toEqual({ type: 'typeAhead', text: '😀' })
    expect(press(' ', { isTyping: true })).toEqual({ type: 'typeAhead', text: ' ' })
  })

  it('reads again with Enter or Space on a row that shows a failure', () => {
    expect(press('Enter', { isStatus: true })).toEqual({ type: 'retry' })
    expect(press(' ', { isStatus: true })).toEqual({ type: 'retry' })
  })

  it('never leaves the tree', () => {
    const key = fc.constantFrom(
      'ArrowDown',
      'ArrowUp',
      'PageDown',
      'PageUp',
      'Home',
      'End',
      'ArrowLeft',
      'ArrowRight',
    )
    fc.assert(
      fc.property(
        key,
        fc.integer({ min: 1, max: 50 }),
        fc.nat(1000),
        fc.boolean(),
        (chord, rows, at, isOpen) => {
          const row = at % rows
          const command = press(chord, {
            row,
            rows,
            isOpen,
            isBranch: isOpen,
            parentRow: row > 0 ? row - 1 : undefined,
            firstRowInside: isOpen && row + 1 < rows ? row + 1 : undefined,
          })
          if (command?.type !== 'move') return
          expect(command.to).toBeGreaterThanOrEqual(0)
          expect(command.to).toBeLessThan(rows)
        },
      ),
    )
  })
})
