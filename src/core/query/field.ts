import type { Key } from '../key.ts'

/** What a query speaks of: the key, what is known without reading the value, or a place inside an object value. */
export type Field =
  | { readonly kind: 'key' | 'size' | 'mtime' }
  | { readonly kind: 'value'; readonly path: readonly string[] }

export type FieldKind = Field['kind']

/** What is known of one entry so far; what is not yet read is `undefined`. */
export interface Facts {
  readonly key: Key
  readonly size: number | undefined
  readonly mtime: number | undefined
  readonly value: unknown
}

/**
 * Reads the name of a field. `key`, `size` and `mtime` speak of the entry; all else is a path into the value, with or
 * without a leading `value.`, which is how to say a field that is itself named `key`. A dot in a name is written `\.`.
 */
export function parseField(text: string): Field {
  if (text === 'key' || text === 'size' || text === 'mtime') return { kind: text }
  const names = splitPath(text)
  return { kind: 'value', path: names[0] === 'value' ? names.slice(1) : names }
}

/** What `facts` hold of a field; `undefined` where there is nothing. */
export function readField(field: Field, facts: Facts): unknown {
  return field.kind === 'value' ? readPath(facts.value, field.path) : facts[field.kind]
}

/** Own properties only: what objects inherit is no data, and a field may be named `items` or `constructor`. */
function readPath(value: unknown, path: readonly string[]): unknown {
  let found = value
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
