import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  elementsOf,
  formatPath,
  isPrefix,
  type JsonNode,
  JsonSyntaxError,
  memberOf,
  membersOf,
  parseJson,
  parsePath,
  textOf,
} from '../../../../../src/renderer/features/stack-editor/json/json-tree.ts'

describe('parseJson', () => {
  it('X1 accepts what JSON.parse accepts, with equal values at each path', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (json, indent) => {
        const value: unknown = JSON.parse(json)
        const text = ` ${JSON.stringify(value, null, indent)}\n`
        checkPlaces(text, parseJson(text), value)
      }),
    )
  })

  it('X1 refuses what JSON.parse refuses, at a position inside the text', () => {
    const corrupted = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', ']', '"', '\\', '01', 'tru', '\n', '.', 'e'))
      .map(([json, at, put]) => json.slice(0, at % json.length) + put + json.slice((at % json.length) + 1))
    fc.assert(
      fc.property(corrupted, text => {
        const isValid = accepts(text)
        try {
          parseJson(text)
          expect(isValid).toBe(true)
        } catch (error) {
          if (!(error instanceof JsonSyntaxError)) throw error
          expect(isValid).toBe(false)
          expect(error.offset).toBeGreaterThanOrEqual(0)
          expect(error.offset).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['{"a":1,}', 7, 'a name in double quotes'],
    ['{"a" 1}', 5, '":" is expected'],
    ['[1 2]', 3, '"," or "]"'],
    ['{"a":1', 6, 'the document ends too early'],
    ['{"a":"x', 5, 'no closing double quote'],
    ['{"a":"\\x"}', 6, 'a backslash'],
    ['{} {}', 3, 'nothing may follow'],
    ['', 0, 'the document ends too early'],
  ])('X1 reports the error in %s with its position', (text, offset, message) => {
    const error = failureOf(text)
    expect(error.offset).toBe(offset)
    expect(error.message).toContain(message)
  })

  it('X1 refuses nesting that would exhaust the call stack', () => {
    expect(failureOf('['.repeat(100_000)).message).toContain('nested more than')
  })

  it('X1 keeps a member called __proto__ a member', () => {
    expect(memberOf(parseJson('{"__proto__":1}'), '__proto__')?.value.type).toBe('number')
  })
})

function checkPlaces(text: string, node: JsonNode, value: unknown): void {
  expect(JSON.parse(textOf(text, node))).toEqual(value)
  if (node.type === 'array') {
    for (const [index, item] of elementsOf(node).entries())
      checkPlaces(text, item, (value as readonly unknown[])[index])
  }
  if (node.type === 'object') {
    for (const member of membersOf(node)) {
      expect(JSON.parse(text.slice(member.nameRange.from, member.nameRange.to))).toBe(member.name)
      checkPlaces(
        text,
        member.value,
        Object.entries(value as object).find(([name]) => name === member.name)?.[1],
      )
    }
  }
}

function accepts(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function failureOf(text: string): JsonSyntaxError {
  try {
    parseJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error
    throw error
  }
  throw new Error('The text was accepted')
}

describe('json-path', () => {
  it('X1 parsePath() reads what formatPath() writes', () => {
    const step = fc.oneof(fc.nat(), fc.string(), fc.constantFrom('root', 'tiers', '/a.b', 'a[0]', '"', '\\'))
    fc.assert(
      fc.property(fc.array(step), path => {
        expect(parsePath(formatPath(path))).toEqual(path)
      }),
    )
  })

  it('X1 formats paths as problems do', () => {
    expect(formatPath(['root', 'tiers', 1, 'path'])).toBe('root.tiers[1].path')
    expect(parsePath('root.stores["/a.b"].path')).toEqual(['root', 'stores', '/a.b', 'path'])
    expect(parsePath('')).toEqual([])
  })

  it('X1 resolves a path that does not exist as far as possible', () => {
    expect(parsePath('root.tiers[x].path')).toEqual(['root', 'tiers'])
  })

  it('X1 isPrefix() compares step by step', () => {
    expect(isPrefix(['root', 'a'], ['root', 'a', 1])).toBe(true)
    expect(isPrefix(['root', 'a'], ['root', 'ab'])).toBe(false)
  })
})
