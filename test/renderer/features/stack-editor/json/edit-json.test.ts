import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  insertElement,
  printJson,
  removeElement,
  removeMember,
  renameMember,
  replaceAt,
  setMember,
} from '../../../../../src/renderer/features/stack-editor/json/edit-json.ts'

/** JavaScript moves names that look like indices to the front. */
const plainName = fc
  .string({ minLength: 1, maxLength: 6 })
  .filter(name => name !== '__proto__' && !/^\d+$/.test(name))
const value = fc.jsonValue({ maxDepth: 3 }).map(found => JSON.parse(JSON.stringify(found)) as unknown)
const object = fc.dictionary(plainName, value, { maxKeys: 5, noNullPrototype: true })
const indent = fc.constantFrom<string | number | undefined>(undefined, 1, 2, 4, '\t')

describe('patch-json', () => {
  it('X1 setMember() gives the same value as JavaScript, and keeps the order of names', () => {
    fc.assert(
      fc.property(object, plainName, value, indent, (before, name, set, space) => {
        const text = JSON.stringify({ inner: before }, null, space)
        const edited = setMember(text, ['inner'], name, printJson(set))
        const expected = { inner: { ...before, [name]: set } }
        expect(JSON.parse(edited)).toEqual(expected)
        expect(edited.replaceAll(/\s/g, '')).toBe(JSON.stringify(expected).replaceAll(/\s/g, ''))
      }),
    )
  })

  it('X1 removeMember() undoes setMember() of a new name', () => {
    fc.assert(
      fc.property(object, value, indent, (before, set, space) => {
        const text = JSON.stringify(before, null, space)
        const edited = removeMember(setMember(text, [], 'a new name', printJson(set)), [], 'a new name')
        expect(JSON.parse(edited)).toEqual(before)
      }),
    )
  })

  it('X1 insertElement() and removeElement() work as on an array', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), fc.nat(), value, indent, (list, at, item, space) => {
        const index = at % (list.length + 1)
        const text = JSON.stringify({ list }, null, space)
        const inserted = insertElement(text, ['list'], index, printJson(item))
        expect(JSON.parse(inserted)).toEqual({ list: list.toSpliced(index, 0, item) })
        expect(JSON.parse(removeElement(inserted, ['list'], index))).toEqual({ list })
      }),
    )
  })

  it('X1 replaceAt() does not change other characters', () => {
    fc.assert(
      fc.property(object, plainName, value, value, indent, (before, name, old, set, space) => {
        const text = JSON.stringify({ ...before, [name]: old }, null, space)
        const edited = replaceAt(text, [name], '"MARK"')
        const back = replaceAt(edited, [name], JSON.stringify(old, null, space))
        expect(JSON.parse(replaceAt(text, [name], printJson(set)))).toEqual({ ...before, [name]: set })
        expect(back.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
      }),
    )
  })

  it('X1 puts a new member on a line of its own if its neighbours have their own lines', () => {
    const text = '{\n  "a": 1.0,\n  "b": { "x": 1e3 }\n}\n'
    expect(setMember(text, [], 'c', 'true')).toBe('{\n  "a": 1.0,\n  "b": { "x": 1e3 },\n  "c": true\n}\n')
    expect(setMember(text, ['b'], 'y', '"z"', ['x'])).toBe(
      '{\n  "a": 1.0,\n  "b": { "x": 1e3, "y": "z" }\n}\n',
    )
    expect(setMember(text, [], 'c', 'true', [])).toBe(
      '{\n  "c": true,\n  "a": 1.0,\n  "b": { "x": 1e3 }\n}\n',
    )
  })

  it('X1 breaks a line only if it would become too long', () => {
    const text = `{\n  "a": { "kind": "fs", "path": "${'x'.repeat(40)}" }\n}`
    expect(setMember(text, ['a'], 'layout', '"plain"')).toBe(
      `{\n  "a": {\n    "kind": "fs",\n    "path": "${'x'.repeat(40)}",\n    "layout": "plain"\n  }\n}`,
    )
  })

  it('X1 fills and empties containers', () => {
    expect(insertElement('{\n  "list": []\n}', ['list'], 0, '{ "kind": "memory" }')).toBe(
      '{\n  "list": [\n    { "kind": "memory" }\n  ]\n}',
    )
    expect(removeElement('{ "list": [\n 1 ] }', ['list'], 0)).toBe('{ "list": [] }')
    expect(setMember('{}', [], 'a', '1')).toBe('{ "a": 1 }')
  })

  it('X1 keeps numbers that JavaScript cannot represent', () => {
    const text = '{"big":12345678901234567890,"small":1.10}'
    expect(setMember(text, [], 'x', '0')).toContain('"big":12345678901234567890,"small":1.10')
  })

  it('X1 renames a member in place, whatever its name looks like', () => {
    expect(renameMember('{"a\\u0062": {"x":1}, "c":2}', [], 'ab', '/d')).toBe('{"/d": {"x":1}, "c":2}')
  })

  it('X1 removes all members of a duplicate name', () => {
    expect(removeMember('{"a":1,"b":2,"a":3}', [], 'a')).toBe('{"b":2}')
  })

  it('X1 refuses a path that the document does not have', () => {
    expect(() => setMember('{"a":[]}', ['a'], 'x', '1')).toThrow(/Cannot edit "a"/)
    expect(() => replaceAt('{}', ['root', 'tiers', 1], '1')).toThrow(/root\.tiers\[1\]/)
  })
})
