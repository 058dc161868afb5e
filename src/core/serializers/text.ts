import type { Serializer } from './serializer.ts'

const encoder = new TextEncoder()
const LONE_SURROGATE = /\p{Surrogate}/u

/** Text as UTF-8. A byte order mark is text like any other. */
export const text: Serializer<string> = {
  name: 'text',
  encode: value => {
    if (typeof value !== 'string') throw new TypeError(`text holds strings, not ${typeof value}`)
    if (LONE_SURROGATE.test(value)) throw new TypeError('text cannot hold a lone surrogate: UTF-8 has none')
    return encoder.encode(value)
  },
  decode: textOf,
  isDetached: true,
}

/** @throws TypeError for bytes that are not valid UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
}
