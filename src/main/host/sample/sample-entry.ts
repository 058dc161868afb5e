/** One value of the sample. */
export interface SampleEntry {
  readonly key: string
  readonly value: Uint8Array
}

const encoder = new TextEncoder()

export function textEntry(key: string, text: string): SampleEntry {
  return { key, value: encoder.encode(text) }
}

/**
 * An object as JSON text.
 * @param fields Names with values that are JSON already, so that a number can be written as `22.00`.
 */
export function jsonEntry(key: string, fields: Readonly<Record<string, string>>): SampleEntry {
  const lines = Object.entries(fields).map(([name, json]) => `  ${JSON.stringify(name)}: ${json}`)
  return textEntry(key, `{\n${lines.join(',\n')}\n}\n`)
}

/** A text, number, list … as JSON, for a field of `jsonEntry`. */
export function json(value: unknown): string {
  return JSON.stringify(value)
}
