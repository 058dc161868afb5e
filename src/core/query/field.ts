import type { Key } from '../key.ts'
import { ValueView } from './value-view.ts'

/**
 * The subject of a condition or an order: the key, properties known without reading the value, or a path in an object
 * value.
 */
export type Field =
  | { readonly kind: 'key' | 'size' | 'mtime' }
  | { readonly kind: 'value'; readonly path: readonly string[] }

export type FieldKind = Field['kind']

/** What is known about an entry so far; what has not been read is `undefined`. */
export interface Facts {
  readonly key: Key
  readonly size: number | undefined
  readonly mtime: number | undefined
  /** As `viewOf` gives it. */
  readonly value: unknown
}

/**
 * Parses the name of a field. `key`, `size` and `mtime` are properties of the entry. Everything else is a path into the
 * value, with or without a leading `value.`, which also reaches a field that is itself named `key`. A dot in a name is
 * written `\.`.
 */
export function parseField(text: string): Field {
  if (text === 'key' || text === 'size' || text === 'mtime') return { kind: text }
  const names = splitPath(text)
  return { kind: 'value', path: names[0] === 'value' ? names.slice(1) : names }
}

/** The value of a field in `facts`; `undefined` if there is none. */
export function readField(field: Field, facts: Facts): unknown {
  return field.kind === 'value' ? readPath(facts.value, field.path) : facts[field.kind]
}

/** Own properties only: inherited properties are not data, and a field may be named `items` or `constructor`. */
function readPath(value: unknown, path: readonly string[]): unknown {
  let found = value
  if (value instanceof ValueView) found = path.length === 0 ? value.whole : value.json
  for (const name of path) {
    if (typeof found !== 'object' || found === null || ArrayBuffer.isView(found)) return undefined
    if (!Object.hasOwn(found, name) || (Array.isArray(found) && name === 'length')) return undefined
    found = (found as Readonly<Record<string, unknown>>)[name]
  }
  return found
}

function splitPath(text: string): string[] {
  const names: string[] = []
  let name = ''
  for (const [part] of text.matchAll(/\\[.\\]|[^]/gu)) {
    if (part === '.') {
      names.push(name)
      name = ''
    } else name += part.length === 2 && part.startsWith('\\') ? part.slice(1) : part
  }
  return [...names, name]
}
