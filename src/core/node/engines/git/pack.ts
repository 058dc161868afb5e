import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflate, deflateSync } from 'node:zlib'
import { Slices } from '../../../concurrency/slices.ts'
import type { HashName, ObjectType } from './objects.ts'

const deflated = promisify(deflate)
const TYPES: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 }
/** Content of this many bytes is compressed on the calling thread. */
const SMALL = 16 * 1024

/** Objects as a pack, version 2, without deltas (gitformat-pack). */
export async function packOf(
  objects: readonly { readonly type: ObjectType; readonly content: Uint8Array }[],
  hash: HashName,
): Promise<Uint8Array> {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1')
  head.writeUInt32BE(objects.length, 8)
  const parts: Uint8Array[] = [head]
  const slices = new Slices()
  for (const { type, content } of objects) {
    parts.push(headerOf(TYPES[type], content.length))
    const isSmall = content.length <= SMALL
    parts.push(isSmall ? deflateSync(content, { level: 1 }) : await deflated(content, { level: 1 }))
    if (slices.isOver) await slices.pause()
  }
  const digest = createHash(hash)
  for (const part of parts) digest.update(part)
  return Buffer.concat([...parts, digest.digest()])
}

/** Type and size: four bits of the size with the type, then seven bits a byte, the lowest first. */
function headerOf(type: number, size: number): Uint8Array {
  const bytes: number[] = []
  let rest = Math.floor(size / 16)
  let byte = (type << 4) | (size % 16)
  while (rest > 0) {
    bytes.push(byte | 0x80)
    byte = rest % 128
    rest = Math.floor(rest / 128)
  }
  bytes.push(byte)
  return Uint8Array.from(bytes)
}
