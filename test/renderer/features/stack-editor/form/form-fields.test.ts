import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  boundsText,
  describeOption,
  type Field,
  formFields,
  isShown,
  numberText,
} from '../../../../../src/renderer/features/stack-editor/form/form-fields.ts'
import type { KindInfo } from '../../../../../src/shared/procedures/stacks.ts'
import { kind, kinds } from '../kinds.ts'

function field(schema: Record<string, unknown>, required: readonly string[] = []): Field {
  const info: KindInfo = {
    kind: 'x',
    label: 'X',
    help: '',
    children: 'none',
    schema: { type: 'object', properties: { followLinks: schema }, required },
  }
  return formFields(info)[0]!
}

describe('formFields', () => {
  it('X2 has a field for every option of every kind, in the order of its schema', () => {
    for (const info of kinds.values()) {
      expect(formFields(info).map(({ name }) => name)).toEqual(Object.keys(info.schema['properties'] ?? {}))
    }
    expect(formFields(kind('fs')).map(({ label, control }) => [label, control.type])).toEqual([
      ['Path', 'text'],
      ['Layout', 'choice'],
      ['Sharding', 'text'],
      ['Extension', 'text'],
      ['Durability', 'choice'],
      ['Create', 'choice'],
      ['Read only', 'flag'],
      ['Follow links', 'flag'],
    ])
  })

  it('X2 offers to browse if a string is a folder', () => {
    expect(field({ type: 'string', format: 'folder-path' }).control).toEqual({ type: 'text', isFolder: true })
    expect(field({ type: 'string' }).control).toEqual({ type: 'text', isFolder: false })
  })

  it('X2 uses the bounds of numbers, except those that only mean "any integer"', () => {
    const [count, ratio] = formFields(kind('odd'))
    expect(count?.control).toEqual({ type: 'number', isInteger: true, range: { min: 1, max: 64 } })
    expect(ratio?.control).toEqual({ type: 'number', isInteger: false, range: {} })
    expect(field({ type: 'integer', exclusiveMinimum: 0, maximum: Number.MAX_SAFE_INTEGER }).control).toEqual(
      {
        type: 'number',
        isInteger: true,
        range: { min: 1 },
      },
    )
  })

  it('X2 shows a boolean without a default as three choices, because it can be omitted', () => {
    expect(field({ type: 'boolean', default: false }).control.type).toBe('flag')
    expect(field({ type: 'boolean' }, ['followLinks']).control.type).toBe('flag')
    expect(field({ type: 'boolean' }).control).toMatchObject({
      type: 'choice',
      choices: [{ value: 'true' }, { value: 'false' }],
    })
  })

  it('X2 reads choices from enum and from alternatives of constants', () => {
    expect(field({ enum: ['a', 1] }).control).toMatchObject({
      choices: [
        { value: '"a"', label: 'a' },
        { value: '1', label: '1' },
      ],
    })
    expect(field({ oneOf: [{ const: 'a', title: 'The A', description: 'First.' }] }).control).toEqual({
      type: 'choice',
      choices: [{ value: '"a"', label: 'The A', help: 'First.' }],
    })
  })

  it('O50 shows a number of bytes as a size, and accepts a size', () => {
    const limit = formFields(kind('memory')).find(({ name }) => name === 'maxBytes')!
    expect(limit.control).toEqual({ type: 'bytes', range: { min: 1 } })
    expect(describeOption(limit, '67108864')).toBe('at most 64 MiB')
    expect(describeOption(limit, '1234567')).toBe('at most 1,234,567 bytes')
    // The value in the document is not always a size.
    expect(describeOption(limit, '-5')).toBe('at most -5')
  })

  it('O51 shows the write modes of tiers with a description, under their names in documents', () => {
    const mode = formFields(kind('tiered')).find(({ name }) => name === 'mode')!
    expect(mode.label).toBe('Writing')
    expect(mode.control).toMatchObject({
      type: 'choice',
      choices: [
        { value: '"write-through"', label: 'to every tier at once' },
        { value: '"write-around"', label: 'to the last tier only' },
        {
          value: '"write-back"',
          label: 'to the first tier, later to the others',
          help: expect.stringContaining('lost') as string,
        },
      ],
    })
    expect(describeOption(mode, '"write-back"')).toBe('writes to the first tier, later to the others')
  })

  it('X2 leaves types without a control to the document', () => {
    expect(field({ type: 'array', items: { type: 'string' } }).control.type).toBe('document')
    expect(field({ anyOf: [{ type: 'string' }, { const: 1 }] }).control.type).toBe('document')
    expect(field({}).control.type).toBe('document')
  })

  it('X2 labels fields by title or by the words of their names, and shows defaults and required options', () => {
    expect(field({ type: 'string' }).label).toBe('Follow links')
    expect(field({ type: 'string', title: 'Links' }).label).toBe('Links')
    expect(field({ type: 'string', default: 'x' }, ['followLinks'])).toMatchObject({
      default: '"x"',
      isRequired: false,
    })
    expect(field({ type: 'string' }, ['followLinks']).isRequired).toBe(true)
  })

  it('X2 has no fields for an unknown kind', () => {
    expect(formFields(undefined)).toEqual([])
  })
})

describe('number-text', () => {
  it('X2 accepts JSON numbers, with every digit as typed', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,3})?(e[+-]?\d{1,2})?$/)
    fc.assert(
      fc.property(digits, typed => {
        expect(numberText(` ${typed} `)).toBe(typed)
      }),
    )
  })

  it.each([
    ['+5', '5'],
    ['007', '7'],
    ['-.5', '-0.5'],
    ['', undefined],
    ['1,5', undefined],
    ['1.', undefined],
    ['0x10', undefined],
    ['Infinity', undefined],
  ])('X2 reads %j as %j', (typed, number) => {
    expect(numberText(typed)).toBe(number)
  })

  it('X2 shows the bounds', () => {
    const control = (range: { min?: number; max?: number }, isInteger = true) =>
      boundsText({ type: 'number', isInteger, range })
    expect([control({ min: 1, max: 64 }), control({ min: 1 }), control({ max: 9 }), control({})]).toEqual([
      '1 to 64',
      'at least 1',
      'at most 9',
      'whole number',
    ])
    expect(boundsText({ type: 'number', isInteger: false, range: { above: 0 } })).toBe('more than 0')
    expect(control({}, false)).toBe('')
  })

  it('W42 shows an option that has an effect with the other options, or that is set', () => {
    const sharding = formFields(kind('fs')).find(({ name }) => name === 'sharding')!
    const path = formFields(kind('fs')).find(({ name }) => name === 'path')!
    const layout = (value: string) => (name: string) => (name === 'layout' ? value : undefined)
    expect(isShown(path, false, layout('plain'))).toBe(true)
    expect(isShown(sharding, false, layout('plain'))).toBe(false)
    expect(isShown(sharding, false, layout('flatfs'))).toBe(true)
    expect(isShown(sharding, true, layout('plain'))).toBe(true)
  })
})
