import { describe, expect, it } from 'vitest'
import { ByteEdits } from '../../../../../src/renderer/features/key-tab/hex/byte-edits.ts'
import type { Caret } from '../../../../../src/renderer/features/key-tab/hex/hex-keys.ts'
import { typeKey } from '../../../../../src/renderer/features/key-tab/hex/hex-typing.ts'

function type(
  initial: number[],
  keys: string[],
  options: { pane?: Caret['pane']; at?: number; insert?: boolean } = {},
) {
  const edits = new ByteEdits(Uint8Array.from(initial))
  let caret: Caret = { offset: options.at ?? 0, pane: options.pane ?? 'hex', isHalfTyped: false }
  for (const name of keys) {
    const [key, isCommand, isShift] = [
      name.replace(/^.*\+(?=.)/, ''),
      name.includes('Ctrl+'),
      name.includes('Shift+'),
    ]
    caret = typeKey(edits, { key, isCommand, isShift }, caret, options.insert ?? false) ?? caret
  }
  return { bytes: Array.from(edits.bytes()), ...caret }
}

describe('typeKey', () => {
  it('overwrites a byte digit by digit, and appends at the end', () => {
    expect(type([0x11, 0x22], ['a'])).toMatchObject({ bytes: [0xa1, 0x22], offset: 0, isHalfTyped: true })
    expect(type([0x11, 0x22], ['a', 'b'])).toMatchObject({
      bytes: [0xab, 0x22],
      offset: 1,
      isHalfTyped: false,
    })
    expect(type([0x11], ['f', 'f'], { at: 1 })).toMatchObject({ bytes: [0x11, 0xff], offset: 2 })
  })

  it('inserts a byte where that is wanted', () => {
    expect(type([0x11], ['a', 'b'], { insert: true })).toMatchObject({ bytes: [0xab, 0x11], offset: 1 })
    expect(type([0x11], ['A'], { insert: true, pane: 'ascii' })).toMatchObject({
      bytes: [0x41, 0x11],
      offset: 1,
    })
  })

  it('overwrites with a character in the ASCII pane', () => {
    expect(type([0x11, 0x22], ['H', 'i'], { pane: 'ascii' })).toMatchObject({
      bytes: [0x48, 0x69],
      offset: 2,
    })
  })

  it('deletes at the caret, and before it only while inserting', () => {
    expect(type([1, 2, 3], ['Delete'], { at: 1 })).toMatchObject({ bytes: [1, 3], offset: 1 })
    expect(type([1, 2, 3], ['Backspace'], { at: 1 })).toMatchObject({ bytes: [1, 2, 3], offset: 0 })
    expect(type([1, 2, 3], ['Backspace'], { at: 1, insert: true })).toMatchObject({
      bytes: [2, 3],
      offset: 0,
    })
    expect(type([1], ['Backspace'], { insert: true })).toMatchObject({ bytes: [1], offset: 0 })
  })

  it('undoes and redoes, and goes to where it did', () => {
    expect(type([1, 2, 3], ['Delete', 'Ctrl+z'], { at: 2 })).toMatchObject({ bytes: [1, 2, 3], offset: 2 })
    expect(type([1, 2, 3], ['Delete', 'Ctrl+z', 'Ctrl+y'], { at: 2 })).toMatchObject({ bytes: [1, 2] })
    expect(type([1, 2, 3], ['Delete', 'Ctrl+z', 'Ctrl+Shift+z'], { at: 2 })).toMatchObject({ bytes: [1, 2] })
  })

  it('leaves keys alone that edit nothing', () => {
    const edits = new ByteEdits(Uint8Array.of(1))
    const caret: Caret = { offset: 0, pane: 'hex', isHalfTyped: false }
    for (const key of ['g', 'Enter', 'F5', 'é']) {
      expect(typeKey(edits, { key, isCommand: false, isShift: false }, caret, false)).toBeUndefined()
    }
    expect(typeKey(edits, { key: 's', isCommand: true, isShift: false }, caret, false)).toBeUndefined()
    expect(edits.version).toBe(0)
  })
})
