import { assertLossless, type Format } from './lossless.ts'
import { parseExact } from './parse-exact.ts'
import { type Serializer, text, textOf } from './serializer.ts'

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/**
 * JSON on one line. Refuses values that JSON would change: `undefined`, `NaN`, `-0`, dates, holes, class instances,
 * cycles.
 */
export const json: Serializer<Json> = jsonWith('json', undefined)

/** JSON indented by two spaces, for people. */
export const prettyJson: Serializer<Json> = jsonWith('prettyJson', 2)

const FORMAT: Format = {
  name: 'JSON',
  problemOf: value => {
    if (typeof value !== 'number') return `is ${typeof value}`
    if (Object.is(value, -0)) return 'is -0'
    return Number.isFinite(value) ? undefined : `is ${value}`
  },
  problemOfObject: value =>
    'toJSON' in value && typeof value.toJSON === 'function' ? 'has a toJSON of its own' : undefined,
}

function jsonWith(name: string, indentation: number | undefined): Serializer<Json> {
  return {
    name,
    encode: value => {
      assertLossless(value, FORMAT)
      return text.encode(JSON.stringify(value, undefined, indentation))
    },
    decode: bytes => parseExact(textOf(bytes)),
    isDetached: true,
  }
}
