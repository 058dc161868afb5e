import { describe, expect, it } from 'vitest'
import { chipsOf, factsOf, shownAs } from '../../../../../src/renderer/features/key-tab/model/value-facts.ts'

const facts = (text: string, key = '/a') => factsOf(key, new TextEncoder().encode(text), true)
const chips = (text: string, key = '/a') => chipsOf(facts(text, key).natural, facts(text, key)).join(' · ')

describe('how a value is read', () => {
  it.each([
    ['plain', 'UTF-8 · Text'],
    ['', 'UTF-8 · Text'],
    ['a\nb', 'UTF-8 · Text · LF'],
    ['a\rb', 'UTF-8 · Text · CR'],
    ['a\nb\r\nc', 'UTF-8 · Text · Mixed line ends'],
    ['\uFEFF{\r\n}', 'UTF-8 · JSON · CRLF · BOM'],
    ['[22.00, 12345678901234567890]', 'UTF-8 · JSON'],
    ['[info] a line of a log', 'UTF-8 · Text'],
    ['a\0b', 'UTF-8 · Hex'],
  ])('%j is %s', (text, expected) => {
    expect(chips(text)).toBe(expected)
  })

  it('takes a key that ends in .json for JSON, so that its mistakes are marked', () => {
    expect(chips('{ broken', '/a/b.JSON')).toBe('UTF-8 · JSON')
  })

  it('shows as hex what is not UTF-8', () => {
    const latin = factsOf('/a', Uint8Array.of(0x63, 0xe9), true)
    expect(chipsOf('hex', latin)).toEqual(['Not UTF-8', 'Hex'])
    expect([shownAs('auto', latin), shownAs('text', latin)]).toEqual(['hex', 'text'])
  })

  it('does not judge JSON by its beginning alone', () => {
    expect(factsOf('/a', new TextEncoder().encode('[1, 2'), false).natural).toBe('text')
  })
})
