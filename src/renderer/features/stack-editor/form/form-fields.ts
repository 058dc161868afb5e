import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import { type JsonText, printJson } from '../json/edit-json.ts'
import { isRecord, type Property, propertiesOf, type Schema } from '../model/stack-node.ts'

export interface Choice {
  readonly value: JsonText
  readonly label: string
  readonly help?: string | undefined
}

export type Control =
  | { readonly type: 'text'; readonly isFolder: boolean }
  | { readonly type: 'number'; readonly isInteger: boolean; readonly range: NumberRange }
  | { readonly type: 'flag' }
  | { readonly type: 'choice'; readonly choices: readonly Choice[] }
  /** A type that no control can show. It is edited in the document. */
  | { readonly type: 'document' }

interface NumberRange {
  readonly min?: number | undefined
  readonly max?: number | undefined
  /** Exclusive lower bound. */
  readonly above?: number | undefined
}

/** One option of a node, as a form shows it. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly help: string | undefined
  readonly isRequired: boolean
  /** Applies if the document does not set the option. */
  readonly default: JsonText | undefined
  readonly control: Control
  /** How people say the option, with `{}` for its value: `at most {} entries`. */
  readonly words: string | undefined
}

/** The fields of a kind's form, derived from its JSON Schema. */
export function formFields(info: KindInfo | undefined): readonly Field[] {
  return propertiesOf(info).map(({ name, schema, isRequired }: Property) => ({
    name,
    label: text(schema['title']) ?? wordsOf(name),
    help: text(schema['description']),
    isRequired: isRequired && schema['default'] === undefined,
    default: schema['default'] === undefined ? undefined : printJson(schema['default']),
    control: controlOf(schema, isRequired),
    words: text(schema['x-words']),
  }))
}

const YES_OR_NO: readonly Choice[] = [
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
]

function controlOf(schema: Schema, isRequired: boolean): Control {
  const choices = choicesOf(schema)
  if (choices !== undefined) return { type: 'choice', choices }
  switch (schema['type']) {
    case 'string':
      return { type: 'text', isFolder: schema['format'] === 'folder-path' }
    case 'boolean':
      // A checkbox has two states. Where an absent value means a third one, all three must be shown.
      return isRequired || schema['default'] !== undefined
        ? { type: 'flag' }
        : { type: 'choice', choices: YES_OR_NO }
    case 'integer':
    case 'number':
      return { type: 'number', isInteger: schema['type'] === 'integer', range: rangeOf(schema) }
    default:
      return { type: 'document' }
  }
}

function choicesOf(schema: Schema): readonly Choice[] | undefined {
  if (Array.isArray(schema['enum'])) return schema['enum'].map(value => choice(value, {}))
  const alternatives = schema['oneOf'] ?? schema['anyOf']
  if (!Array.isArray(alternatives) || alternatives.length === 0) return undefined
  const choices = alternatives.flatMap((item: unknown) =>
    isRecord(item) && 'const' in item ? [choice(item['const'], item)] : [],
  )
  return choices.length === alternatives.length ? choices : undefined
}

function choice(value: unknown, schema: Schema): Choice {
  const label = text(schema['title']) ?? (typeof value === 'string' ? value : printJson(value))
  return { value: printJson(value), label, help: text(schema['description']) }
}

/** The bounds of a number, without those of the safe integers, which mean "any". */
function rangeOf(schema: Schema): NumberRange {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema
  const isInteger = schema['type'] === 'integer'
  return {
    min: bound(minimum) ?? (isInteger ? bound(exclusiveMinimum, 1) : undefined),
    max: bound(maximum) ?? (isInteger ? bound(exclusiveMaximum, -1) : undefined),
    above: isInteger ? undefined : bound(exclusiveMinimum),
  }
}

function bound(value: unknown, step = 0): number | undefined {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value + step : undefined
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** `followLinks` → `Follow links`. */
function wordsOf(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_]+/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** The typed number in JSON syntax, with every digit kept; undefined if it is not a number. */
export function numberText(typed: string): JsonText | undefined {
  const text = typed
    .trim()
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)\./, '$10.')
  return NUMBER.test(text) ? text : undefined
}

/** `1 to 64`, `at least 1`, `more than 0`, `whole number`. */
export function boundsText({
  isInteger,
  range: { min, max, above },
}: Extract<Control, { type: 'number' }>): string {
  if (min !== undefined && max !== undefined) return `${min} to ${max}`
  if (min !== undefined) return `at least ${min}`
  if (max !== undefined) return `at most ${max}`
  if (above !== undefined) return `more than ${above}`
  return isInteger ? 'whole number' : ''
}
