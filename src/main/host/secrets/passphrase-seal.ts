import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import { DatastoreError } from '../../../core/errors.ts'

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
)

/** How the key is derived from a passphrase, and a sealed text that only the right key opens. Bytes are in base64. */
export const lockFacts = z.strictObject({
  kdf: z.literal('scrypt'),
  /** Memory is 128 * N * r bytes. */
  N: z
    .number()
    .int()
    .min(2)
    .max(2 ** 20),
  r: z.number().int().min(1).max(32),
  p: z.number().int().min(1).max(16),
  salt: z.string(),
  check: z.string(),
})
export type LockFacts = z.infer<typeof lockFacts>

/** The parameters that OWASP's "Password Storage Cheat Sheet" gives for scrypt: 128 MiB, about half a second. */
const COST = { kdf: 'scrypt', N: 2 ** 17, r: 8, p: 1 } as const

const CHECKED = 'strata secrets'

/** Seals texts with AES-256-GCM under a key derived from a passphrase. */
export class PassphraseSeal {
  readonly facts: LockFacts
  readonly #key: Buffer

  private constructor(facts: LockFacts, key: Buffer) {
    this.facts = facts
    this.#key = key
  }

  static async create(passphrase: string): Promise<PassphraseSeal> {
    const facts = { ...COST, salt: randomBytes(16).toString('base64') }
    const key = await keyOf(passphrase, facts)
    return new PassphraseSeal({ ...facts, check: encrypt(CHECKED, key) }, key)
  }

  /** @throws DatastoreError `ACCESS_DENIED` for a wrong passphrase. */
  static async open(facts: LockFacts, passphrase: string): Promise<PassphraseSeal> {
    const key = await keyOf(passphrase, facts)
    try {
      decrypt(facts.check, key)
    } catch (cause) {
      const message = 'Cannot unlock the secrets: the passphrase is wrong'
      throw new DatastoreError('ACCESS_DENIED', message, { cause })
    }
    return new PassphraseSeal(facts, key)
  }

  seal(text: string): string {
    return encrypt(text, this.#key)
  }

  /** @throws Error for a text that this key did not seal, or that was changed since it was sealed. */
  unseal(sealed: string): string {
    return decrypt(sealed, this.#key)
  }
}

function keyOf(passphrase: string, { N, r, p, salt }: Omit<LockFacts, 'check'>): Promise<Buffer> {
  return derive(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), 32, {
    N,
    r,
    p,
    maxmem: 256 * N * r,
  })
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** @returns Nonce, tag and sealed text, in base64. */
function encrypt(text: string, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

function decrypt(data: string, key: Buffer): string {
  const bytes = Buffer.from(data, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES))
  return Buffer.concat([text, decipher.final()]).toString('utf8')
}
