import { createHash } from 'node:crypto'

const DIGEST = 20
const HEADER = 8

/** A value that contains its serial, its length, and a digest that reveals missing or wrong bytes. */
export function selfDescribed(serial: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(HEADER + size + DIGEST, serial & 0xff)
  bytes.writeUInt32BE(serial, 0)
  bytes.writeUInt32BE(size, 4)
  digestOf(bytes).copy(bytes, HEADER + size)
  return bytes
}

/** The serial of a value. Throws if the value is not whole. */
export function serialOf(value: Uint8Array): number {
  const bytes = Buffer.from(value)
  const size = bytes.length < HEADER ? -1 : bytes.readUInt32BE(4)
  if (bytes.length !== HEADER + size + DIGEST)
    throw new Error(`A value of ${bytes.length} bytes says ${size}`)
  if (!digestOf(bytes).equals(bytes.subarray(HEADER + size))) throw new Error('A value has wrong bytes')
  return bytes.readUInt32BE(0)
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes.subarray(0, -DIGEST)).digest()
}
