/** The UTF-8 bytes of a text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** The text of UTF-8 bytes. */
export function text(value: Uint8Array): string {
  return new TextDecoder().decode(value)
}
