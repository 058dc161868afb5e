import { describe, expect, it, onTestFinished } from 'vitest'
import type { Place } from '../../../../../src/renderer/features/tree/model/row-model.ts'
import { TreeSource } from '../../../../../src/renderer/features/tree/source/tree-source.ts'
import {
  caseVariants,
  findByTyping,
  isMatch,
  isRepeated,
  isTyping,
  NOTHING_TYPED,
  typed,
} from '../../../../../src/renderer/features/tree/source/type-ahead.ts'
import { FakeClient } from '../fake/fake-client.ts'
import { FakeStore } from '../fake/fake-store.ts'
import { settled } from '../fake/settled.ts'

describe('typed()', () => {
  it('joins letters, and starts again after a pause', () => {
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
  it('distinguishes one repeated letter from a word', () => {
    expect(isRepeated('a')).toBe(true)
    expect(isRepeated('aaa')).toBe(true)
    expect(isRepeated('aab')).toBe(false)
    expect(isRepeated('😀😀')).toBe(true)
  })
})

describe('isMatch()', () => {
  it('matches the beginning in either case', () => {
    expect(isMatch('Actor:Cleese', 'act')).toBe(true)
    expect(isMatch('actor', 'ACT')).toBe(true)
    expect(isMatch('factor', 'act')).toBe(false)
    expect(isMatch('ac', 'act')).toBe(false)
  })
})

describe('spellings()', () => {
  it('returns the spellings to search in code-unit order, each once', () => {
    expect(caseVariants('ab')).toEqual(['ab', 'AB', 'Ab'])
    expect(caseVariants('7')).toEqual(['7'])
  })
})

describe('findByTyping()', () => {
  it('finds a row of a small tree that is not in the page yet, and a row elsewhere', async () => {
    const films = Array.from({ length: 1000 }, (_, number) => `/films/${String(number).padStart(4, '0')}`)
    const client = new FakeClient({ levels: new FakeStore([...films, '/zebra']).levels })
    const source = new TreeSource({ client, session: 's', isCompact: false, open: [] })
    onTestFinished(() => source.end())
    source.state.subscribe(() => source.setVisible(0, 50))
    await source.whenRead()
    const { model } = source.state
    await source.open(model.at(0), source.row(model.at(0))!)
    await settled()
    const from = model.at(1)
    const nameAt = async (place: Place | undefined) => place && (await source.readRow(place))?.name
    expect(source.row({ ...from, index: 777 })).toBeUndefined()
    expect(await nameAt(await findByTyping(source, from, '0777'))).toBe('0777')
    expect(await nameAt(await findByTyping(source, from, 'zebra'))).toBe('zebra')
    expect(await findByTyping(source, from, 'none')).toBeUndefined()
  })
})
