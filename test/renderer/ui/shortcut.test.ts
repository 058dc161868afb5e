import { describe, expect, it } from 'vitest'
import {
  formatShortcut,
  type KeyPress,
  matchesShortcut,
  parseShortcut,
} from '../../../src/renderer/ui/shortcut.tsx'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
})

describe('parseShortcut', () => {
  it('reads CmdOrCtrl as the key of the platform', () => {
    expect(parseShortcut('CmdOrCtrl+P', false)).toMatchObject({ key: 'p', control: true, meta: false })
    expect(parseShortcut('CmdOrCtrl+P', true)).toMatchObject({ key: 'p', control: false, meta: true })
  })

  it('reads named keys and function keys', () => {
    expect(parseShortcut('Ctrl+Tab', false).key).toBe('Tab')
    expect(parseShortcut('Shift+F6', false)).toMatchObject({ key: 'F6', shift: true })
    expect(parseShortcut('Alt+]', false)).toMatchObject({ key: ']', alt: true })
  })

  it('rejects unknown modifiers and keys', () => {
    expect(() => parseShortcut('Hyper+P', false)).toThrow(RangeError)
    expect(() => parseShortcut('Ctrl+Nope', false)).toThrow('unknown key "Nope"')
    expect(() => parseShortcut('Ctrl+F25', false)).toThrow(RangeError)
  })
})

describe('matchesShortcut', () => {
  it('requires exactly the named modifiers', () => {
    const palette = parseShortcut('CmdOrCtrl+Shift+P', false)
    expect(matchesShortcut(palette, press('P', { ctrlKey: true, shiftKey: true }))).toBe(true)
    expect(matchesShortcut(palette, press('p', { ctrlKey: true }))).toBe(false)
    expect(matchesShortcut(palette, press('P', { ctrlKey: true, shiftKey: true, altKey: true }))).toBe(false)
    expect(matchesShortcut(palette, press('P', { metaKey: true, shiftKey: true }))).toBe(false)
  })

  it('identifies a letter by its physical key if Alt changes its character', () => {
    const newKey = parseShortcut('Alt+N', true)
    expect(matchesShortcut(newKey, press('˜', { altKey: true, code: 'KeyN' }))).toBe(true)
    expect(matchesShortcut(newKey, press('˜', { altKey: true, code: 'KeyM' }))).toBe(false)
  })

  it('follows the layout if the key is a Latin letter', () => {
    // On a Dvorak keyboard the physical key R types p.
    const goTo = parseShortcut('CmdOrCtrl+P', false)
    expect(matchesShortcut(goTo, press('p', { ctrlKey: true, code: 'KeyR' }))).toBe(true)
    expect(matchesShortcut(goTo, press('l', { ctrlKey: true, code: 'KeyP' }))).toBe(false)
  })
})

describe('formatShortcut', () => {
  it('is formatted as on the platform', () => {
    expect(formatShortcut('CmdOrCtrl+Shift+P', false)).toBe('Ctrl+Shift+P')
    expect(formatShortcut('CmdOrCtrl+Shift+P', true)).toBe('⇧⌘P')
    expect(formatShortcut('Alt+[', false)).toBe('Alt+[')
  })
})
