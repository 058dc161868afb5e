import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/**
 * Bytes of buffers and objects in use, after garbage collection: V8 versions differ in how long they keep garbage.
 */
export function heldMemory(): number {
  collectGarbage()
  // `external` includes `arrayBuffers`.
  const { external, heapUsed } = process.memoryUsage()
  return external + heapUsed
}
