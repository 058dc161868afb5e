import { DatastoreError } from '../errors.ts'
import type { ByteTransform } from './serializer.ts'

const VERSION = 1
const NONCE = 12
const HEADER = 1 + NONCE

/** `CryptoKey`, which the types of Node do not declare as a global name. */
type WebCryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/**
 * AES-GCM with a key of the caller. Stored as one version byte, a random nonce of 12 bytes, and the sealed bytes with
 * their tag of 16. Modified bytes cannot be decoded. One key is good for 2^32 values (NIST SP 800-38D, 8.3). Each value
 * is sealed separately: an attacker who can write below can replace a value by another one, or by an older version.
 * @param key As created or imported by `crypto.subtle`. Operations that it does not permit (`encrypt`, `decrypt`) fail
 * with `UNSUPPORTED`.
 */
export function aesGcm(key: WebCryptoKey): ByteTransform {
  if (key.algorithm.name !== 'AES-GCM')
    throw new TypeError(`A key for AES-GCM is needed, not one for ${key.algorithm.name}`)
  const header = Uint8Array.of(VERSION)
  const parameters = (iv: Uint8Array<ArrayBuffer>) => ({ name: 'AES-GCM', iv, additionalData: header })
  return {
    name: 'aes-gcm',
    encode: async bytes => {
      assertFor(key, 'encrypt')
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE))
      const sealed = await crypto.subtle.encrypt(parameters(nonce), key, new Uint8Array(bytes))
      const stored = new Uint8Array(HEADER + sealed.byteLength)
      stored.set(header)
      stored.set(nonce, 1)
      stored.set(new Uint8Array(sealed), HEADER)
      return stored
    },
    decode: async stored => {
      assertFor(key, 'decrypt')
      if (stored[0] !== VERSION || stored.length < HEADER)
        throw new TypeError('these bytes were not sealed here')
      const nonce = new Uint8Array(stored.subarray(1, HEADER))
      const sealed = new Uint8Array(stored.subarray(HEADER))
      return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce), key, sealed))
    },
    isDetached: true,
  }
}

/** A key that permits only one direction is not a fault of the bytes. */
function assertFor(key: WebCryptoKey, usage: 'encrypt' | 'decrypt'): void {
  if (!key.usages.includes(usage))
    throw new DatastoreError('UNSUPPORTED', `the key is not one to ${usage} with`)
}
