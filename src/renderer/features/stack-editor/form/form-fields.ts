import { optionLabel } from '../../../../core/stack/config-error.ts'
import type { KindInfo } from '../../../../shared/procedures/stacks.ts'
import { exactByteSize } from '../../../ui/text/byte-size.ts'
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
  /** A number of bytes, which is typed and said as a size. */
  | { readonly type: 'bytes'; readonly range: NumberRange }
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
  /** What a number counts: `entries`. */
  readonly unit: string | undefined
  /** The other options by whose values it has an effect; absent if it always has one. */
  readonly applies: Schema | undefined
}

/** The fields of a kind's form, derived from its JSON Schema. */
export function formFields(info: KindInfo | undefined): readonly Field[] {
  return propertiesOf(info).map(({ name, schema, isRequired }: Property) => ({
    name,
    label: text(schema['title']) ?? optionLabel(name),
    help: text(schema['description']),
    isRequired: isRequired && schema['default'] === undefined,
    default: schema['default'] === undefined ? undefined : printJson(schema['default']),
    control: controlOf(schema, isRequired),
    words: text(schema['x-words']),
    unit: unitOf(text(schema['x-words'])),
    applies: isRecord(schema['x-applies']) ? schema['x-applies'] : undefined,
  }))
}

/**
 * Whether an option has an effect, as the others are set. One that is set is shown all the same, so that it can be
 * taken out.
 * @param valueOf The value of an option, with its default.
 */
export function isShown({ applies }: Field, isSet: boolean, valueOf: (name: string) => unknown): boolean {
  if (isSet || applies === undefined) return true
  return Object.entries(applies).every(
    ([name, values]) => Array.isArray(values) && values.includes(valueOf(name)),
  )
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
      if (schema['x-unit'] === 'bytes') return { type: 'bytes', range: rangeOf(schema) }
      return { type: 'number', isInteger: true, range: rangeOf(schema) }
    case 'number':
      return { type: 'number', isInteger: false, range: rangeOf(schema) }
    default:
      return { type: 'document' }
  }
}

function choicesOf(schema: Schema): readonly Choice[] | undefined {
  if (Array.isArray(schema['enum'])) {
    const labels = isRecord(schema['x-labels']) ? schema['x-labels'] : {}
    const meanings = isRecord(schema['x-meanings']) ? schema['x-meanings'] : {}
    return schema['enum'].map(value =>
      choice(value, { title: labels[String(value)], description: meanings[String(value)] }),
    )
  }
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

/** `at most {} entries` → `entries`. */
function unitOf(words: string | undefined): string | undefined {
  return text(words?.split('{}')[1]?.trim())
}

/** An option of a document in words: `at most 100 entries`, `LRU`; only the value where that is sufficient. */
export function describeOption({ name, words, control }: Field, value: JsonText): string {
  const parsed: unknown = JSON.parse(value)
  const label =
    control.type === 'choice' ? control.choices.find(one => one.value === value)?.label : undefined
  const plain = typeof parsed === 'boolean' ? (parsed ? 'yes' : 'no') : value
  const shown = label ?? (typeof parsed === 'string' ? parsed : (sizeOf(control, parsed) ?? plain))
  if (words !== undefined) return words.replace('{}', () => shown)
  return typeof parsed === 'string' ? shown : `${optionLabel(name)}: ${shown}`
}

/** A number of bytes as a size; `undefined` for what is none. */
export function sizeOf({ type }: Control, value: unknown): string | undefined {
  const isSize = type === 'bytes' && Number.isSafeInteger(value) && (value as number) >= 0
  return isSize ? exactByteSize(value as number) : undefined
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
