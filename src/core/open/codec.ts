import { DatastoreError, failure, messageOf, reasonOf } from '../errors.ts'
import type { Key } from '../key.ts'
import type { Serializer } from '../serializers/serializer.ts'
import type { Maybe } from './call.ts'
import { Payload } from './payload.ts'
import type { Found } from './store.ts'

/** The payload for a value. A synchronous serializer has read the value when this returns. */
export function encoded<V>(codec: Serializer<V>, key: Key, value: V): Maybe<Payload> {
  const fail = (cause: unknown): never => {
    throw notEncoded(key, cause)
  }
  let bytes: Maybe<Uint8Array>
  try {
    bytes = codec.encode(value)
  } catch (cause) {
    return fail(cause)
  }
  // The serializer may have returned the caller's own buffer, so the bytes are lent.
  return bytes instanceof Promise ? bytes.then(one => Payload.lent(one), fail) : Payload.lent(bytes)
}

/** The value decoded from stored bytes. */
export function decoded<V>(codec: Serializer<V>, key: Key, { bytes, shared }: Found): Maybe<V> {
  const fail = (cause: unknown): never => {
    throw notDecoded(key, codec.name, cause)
  }
  let value: Maybe<V>
  try {
    // A decoded value may reference the bytes that it was decoded from.
    value = codec.decode(shared && codec.isDetached !== true ? new Uint8Array(bytes) : bytes)
  } catch (cause) {
    return fail(cause)
  }
  return value instanceof Promise ? value.catch(fail) : value
}

/** Why a value cannot be stored: `VALUE_INVALID`, or what the format reports about this platform. */
export function notEncoded(key: Key, cause: unknown): DatastoreError {
  if (cause instanceof DatastoreError) return failure(cause.code, 'put', key, reasonOf(cause), cause)
  return failure('VALUE_INVALID', 'put', key, messageOf(cause), cause)
}

/** Why stored bytes cannot be decoded: `CORRUPT`, or what the format reports about this platform. */
export function notDecoded(key: Key, format: string, cause: unknown): DatastoreError {
  if (cause instanceof DatastoreError) return failure(cause.code, 'get', key, reasonOf(cause), cause)
  return failure('CORRUPT', 'get', key, `its bytes are not valid ${format} (${messageOf(cause)})`, cause)
}
