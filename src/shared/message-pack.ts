import { decode, encode } from '@msgpack/msgpack'
import { MAX_MESSAGE_BYTES, MAX_MESSAGE_DEPTH, refuseMalformed } from './message-pack-shape.ts'

/**
 * A message as MessagePack. Properties that are `undefined` are left out; an `undefined` in a list becomes `null`.
 * The bytes are a buffer without other references.
 * @throws TypeError for what MessagePack cannot encode: functions, symbols, big integers, cycles, a `__proto__` key.
 * @throws RangeError for a message that is nested too deep or too large.
 */
export function encodeMessage(message: unknown): Uint8Array<ArrayBuffer> {
  refuseUnsendable(message, 1)
  const packed = encodeOrRefuse(message)
  if (packed.length > MAX_MESSAGE_BYTES) throw tooLarge()
  return packed
}

/**
 * The message that `packed` holds. Byte values are copies, each with a buffer of its own.
 * @throws RangeError for what is not a single, whole, reasonably nested MessagePack value.
 */
export function decodeMessage(packed: Uint8Array): unknown {
  const { hasBytes } = refuseMalformed(packed)
  const message = decode(packed)
  return hasBytes ? withOwnBytes(message) : message
}

function encodeOrRefuse(message: unknown): Uint8Array<ArrayBuffer> {
  try {
    return encode(message, { ignoreUndefined: true, maxDepth: MAX_MESSAGE_DEPTH })
  } catch (error) {
    throw new TypeError('Cannot send a message: MessagePack cannot encode it', { cause: error })
  }
}

function refuseUnsendable(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  if (value instanceof Uint8Array) return value.length
  if (depth > MAX_MESSAGE_DEPTH) throw new RangeError('Cannot send a message: it is nested too deep')
  // Decoders reject this key, so the other side would not receive the message.
  if (Object.hasOwn(value, '__proto__'))
    throw new TypeError('Cannot send a message: it has a "__proto__" key')
  let size = 1
  for (const item of Array.isArray(value) ? (value as unknown[]) : Object.values(value)) {
    size += refuseUnsendable(item, depth + 1)
    if (size > MAX_MESSAGE_BYTES) throw tooLarge()
  }
  return size
}

/** The decoder returns views of the message. A kept view would keep the whole message in memory. */
function withOwnBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice()
  if (Array.isArray(value)) return value.map(withOwnBytes)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withOwnBytes(item)]))
}

function tooLarge(): RangeError {
  return new RangeError(`Cannot send a message: it is larger than ${MAX_MESSAGE_BYTES} bytes`)
}
