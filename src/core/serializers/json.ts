import type { Serializer } from './serializer.ts'
import { text } from './text.ts'

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** JSON in one line. Refuses what JSON would change: `undefined`, `NaN`, `-0`, dates, holes, class instances, cycles. */
export const json: Serializer<Json> = jsonWith('json', undefined)

/** JSON with an indentation of two spaces, for people. */
export const prettyJson: Serializer<Json> = jsonWith('prettyJson', 2)

function jsonWith(name: string, indentation: number | undefined): Serializer<Json> {
  return {
    name,
    encode: value => {
      assertJson(value, 'the value', new Set())
      return text.encode(JSON.stringify(value, undefined, indentation))
    },
    decode: async bytes => JSON.parse(await text.decode(bytes)) as Json,
  }
}

function assertJson(value: unknown, place: string, above: Set<object>): void {
  switch (typeof value) {
    case 'boolean':
      return
    case 'string':
      if (/\p{Surrogate}/u.test(value)) throw unfit(place, 'holds a lone surrogate')
      return
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0)) {
        throw unfit(place, `is ${Object.is(value, -0) ? '-0' : value}`)
      }
      return
    case 'object':
      if (value !== null) assertContainer(value, place, above)
      return
    default:
      throw unfit(place, `is ${typeof value}`)
  }
}

function assertContainer(value: object, place: string, above: Set<object>): void {
  if (above.has(value)) throw unfit(place, 'holds itself')
  above.add(value)
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (!(index in value)) throw unfit(`${place}[${index}]`, 'is a hole')
      assertJson(value[index], `${place}[${index}]`, above)
    }
  } else {
    assertPlain(value, place)
    for (const [name, item] of Object.entries(value)) assertJson(item, `${place}.${name}`, above)
  }
  above.delete(value)
}

function assertPlain(value: object, place: string): void {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw unfit(place, 'is an instance of a class')
  if ('toJSON' in value && typeof value.toJSON === 'function') throw unfit(place, 'has a toJSON of its own')
  if (Object.getOwnPropertySymbols(value).length > 0) throw unfit(place, 'has a symbol for a name')
}

function unfit(place: string, state: string): TypeError {
  return new TypeError(`JSON cannot hold this without loss: ${place} ${state}`)
}
