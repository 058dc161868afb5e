import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteEdits, equalBytes } from '../../../../../src/renderer/features/key-tab/hex/byte-edits.ts'

const edits = fc.array(
  fc.record({
    type: fc.constantFrom('overwrite', 'insert', 'delete', 'undo', 'redo'),
    at: fc.nat(),
    byte: fc.integer({ min: 0, max: 255 }),
  }),
  { maxLength: 30 },
)

describe('ByteEdits', () => {
  it('edits like an array, and undoes back to the original', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), edits, (initial, list) => {
        const bytes = new ByteEdits(initial)
        const past: number[][] = [Array.from(initial)]
        let now = 0
        for (const { type, at, byte } of list) {
          const current = past[now]!
          const offset = at % (current.length + 1)
          if (type === 'undo') {
            expect(bytes.undo() === undefined).toBe(now === 0)
            now = Math.max(0, now - 1)
          } else if (type === 'redo') {
            expect(bytes.redo() === undefined).toBe(now === past.length - 1)
            now = Math.min(past.length - 1, now + 1)
          } else if (type !== 'delete' || offset < current.length) {
            const removed = type === 'insert' ? 0 : 1
            const inserted = type === 'delete' ? [] : [byte]
            bytes[type as 'overwrite'](offset, byte)
            past.splice(now + 1, Infinity, current.toSpliced(offset, removed, ...inserted))
            now += 1
          }
          expect(Array.from(bytes.bytes())).toEqual(past[now])
          expect(bytes.size).toBe(past[now]!.length)
        }
        while (bytes.undo() !== undefined) now -= 1
        expect(bytes.equals(initial)).toBe(true)
      }),
    )
  })

  it('does not change the bytes it was given, and returns copies', () => {
    const given = Uint8Array.of(1, 2, 3)
    const bytes = new ByteEdits(given)
    bytes.overwrite(0, 9)
    bytes.bytes()[1] = 9
    expect(given).toEqual(Uint8Array.of(1, 2, 3))
    expect(bytes.bytes()).toEqual(Uint8Array.of(9, 2, 3))
  })

  it('replaces everything in one step, and does nothing if equal', () => {
    const bytes = new ByteEdits(Uint8Array.of(1, 2))
    bytes.replaceAll(Uint8Array.of(1, 2))
    expect(bytes.undo()).toBeUndefined()
    bytes.replaceAll(Uint8Array.of(3))
    bytes.undo()
    expect(bytes.bytes()).toEqual(Uint8Array.of(1, 2))
  })

  it('compares bytes by length and content', () => {
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1))).toBe(true)
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(2))).toBe(false)
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false)
  })
})
