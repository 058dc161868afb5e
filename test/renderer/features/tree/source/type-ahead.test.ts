import { describe, expect, it } from 'vitest'
import {
  isMeant,
  isRepeated,
  isTyping,
  NOTHING_TYPED,
  spellings,
  typed,
} from '../../../../../src/renderer/features/tree/source/type-ahead.ts'

describe('typed()', () => {
  it('puts letters together, and begins anew after a pause', () => {
    let text = typed(NOTHING_TYPED, 'a', 1000)
    text = typed(text, 'b', 1300)
    expect(text.text).toBe('ab')
    expect(isTyping(text, 1900)).toBe(true)
    expect(isTyping(text, 2100)).toBe(false)
    expect(typed(text, 'c', 2100).text).toBe('c')
    expect(isTyping(NOTHING_TYPED, 0)).toBe(false)
  })
})

describe('isRepeated()', () => {
  it('tells one letter again and again from a word', () => {
    expect(isRepeated('a')).toBe(true)
    expect(isRepeated('aaa')).toBe(true)
    expect(isRepeated('aab')).toBe(false)
    expect(isRepeated('😀😀')).toBe(true)
  })
})

describe('isMeant()', () => {
  it('matches the beginning in either case', () => {
    expect(isMeant('Actor:Cleese', 'act')).toBe(true)
    expect(isMeant('actor', 'ACT')).toBe(true)
    expect(isMeant('factor', 'act')).toBe(false)
    expect(isMeant('ac', 'act')).toBe(false)
  })
})

describe('spellings()', () => {
  it('gives the ways to look for in an order by code unit, each once', () => {
    expect(spellings('ab')).toEqual(['ab', 'AB', 'Ab'])
    expect(spellings('7')).toEqual(['7'])
  })
})
