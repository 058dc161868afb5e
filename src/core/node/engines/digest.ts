import * as crypto from 'node:crypto'

/** Node's one-shot hash, which some versions lack. */
const { hash } = crypto as { readonly hash?: (algorithm: string, bytes: Uint8Array) => string }

/** SHA-256 in hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash === undefined ? crypto.createHash('sha256').update(bytes).digest('hex') : hash('sha256', bytes)
}
