import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32

/** A secret for one run, in characters that a URL and a WebSocket subprotocol both take: 43 of base64url. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/** Compares in a time that says nothing about where the two differ. */
export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected))
}

/** `timingSafeEqual` wants equal lengths; digests have them whatever was given. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
