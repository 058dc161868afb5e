import { selfDescribed, serialOf } from '../core/node/fs/crash/self-described.ts'

/** Bytes besides the content of the value: its own description. */
const FRAME = selfDescribed(0, 0).length

/**
 * The length of the value with this serial number: usually short, sometimes more than a store handles in one
 * piece.
 */
export function lengthOf(serial: number): number {
  if (serial % 97 === 96) return FRAME + 300_000
  if (serial % 19 === 18) return FRAME + 70_000
  return FRAME + (serial % 400)
}

/** The unique value with this serial number. */
export function valueOf(serial: number): Uint8Array {
  return new Uint8Array(selfDescribed(serial, lengthOf(serial) - FRAME))
}

/** The serial number of these bytes; `undefined` for bytes that were never put. */
export function serialIn(bytes: Uint8Array): number | undefined {
  try {
    const serial = serialOf(bytes)
    return lengthOf(serial) === bytes.length ? serial : undefined
  } catch {
    return undefined
  }
}
