import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/**
 * Bytes of buffers and objects in use. Garbage does not count: how long it lies there differs between versions of V8.
 */
export function heldMemory(): number {
  collectGarbage()
  // `external` includes `arrayBuffers`.
  const { external, heapUsed } = process.memoryUsage()
  return external + heapUsed
}
