/** A value of bytes as conditions see it: made of the bytes when a condition asks, and once. */
export class ValueView {
  readonly bytes: Uint8Array
  #text: string | undefined
  #json: { readonly value: unknown } | undefined

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** What text and JSON are read from. */
  get content(): Uint8Array {
    return this.bytes
  }

  /** UTF-8. Bytes that are none become U+FFFD, so that texts are found in other data, too. */
  get text(): string {
    this.#text ??= decoder.decode(this.content)
    return this.#text
  }

  /** What the JSON says; `undefined` where the value is not JSON. */
  get json(): unknown {
    this.#json ??= { value: parsed(this.content, () => this.text) }
    return this.#json.value
  }

  /** The value as a whole: a number, a text, true, false or null where its JSON is one, else its text. */
  get whole(): unknown {
    const { json } = this
    return json === undefined || (typeof json === 'object' && json !== null) ? this.text : json
  }

  hasText(text: string): boolean {
    return this.text.includes(text)
  }

  hasBytes(wanted: Uint8Array): boolean {
    return placeOf(this.bytes, wanted) >= 0
  }
}

/** What conditions examine in a value: for bytes, what can be decoded from them. */
export function viewOf(value: unknown): unknown {
  return value instanceof Uint8Array ? new ValueView(value) : value
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** JSON begins so, after white space and a byte order mark. */
const JSON_START = /[[{"\-0-9tfn]/

function parsed(bytes: Uint8Array, text: () => string): unknown {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (isBlank(bytes[start])) start++
  if (!JSON_START.test(String.fromCharCode(bytes[start] ?? 0))) return undefined
  try {
    return JSON.parse(text().replace(/^\ufeff/, '')) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

function placeOf(bytes: Uint8Array, wanted: Uint8Array): number {
  const [first] = wanted
  if (first === undefined) return 0
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at
  }
  return -1
}
