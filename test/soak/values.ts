import { selfDescribed, serialOf } from '../core/node/fs/crash/self-described.ts'

/** Bytes besides the value's own: what a value says of itself. */
const FRAME = selfDescribed(0, 0).length

/** The length of the value with this serial number: mostly short, at times more than a store handles in one go. */
export function lengthOf(serial: number): number {
  if (serial % 97 === 96) return FRAME + 300_000
  if (serial % 19 === 18) return FRAME + 70_000
  return FRAME + (serial % 400)
}

/** The one value with this serial number: no two are alike. */
export function valueOf(serial: number): Uint8Array {
  return new Uint8Array(selfDescribed(serial, lengthOf(serial) - FRAME))
}

/** Which value these bytes are; `undefined` for bytes that nobody put. */
export function serialIn(bytes: Uint8Array): number | undefined {
  try {
    const serial = serialOf(bytes)
    return lengthOf(serial) === bytes.length ? serial : undefined
  } catch {
    return undefined
  }
}
