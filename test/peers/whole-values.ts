import { serialOf } from '../core/node/fs/crash/self-described.ts'

/** Whether a value is exactly one that was put. */
export function isWhole(value: unknown): boolean {
  if (!(value instanceof Uint8Array)) return false
  try {
    return serialOf(value) > 0
  } catch {
    return false
  }
}
