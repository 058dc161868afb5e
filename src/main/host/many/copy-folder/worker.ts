import { parentPort, workerData } from 'node:worker_threads'
import { copyTree } from './copy-tree.ts'

// The worker thread of one copy.
const { from, to, stop } = workerData as { from: string; to: string; stop: Int32Array }
let lastReport = 0
const result = copyTree(from, to, {
  isStopped: () => Atomics.load(stop, 0) !== 0,
  progress: copied => {
    if (performance.now() - lastReport < 50) return
    lastReport = performance.now()
    parentPort?.postMessage(copied)
  },
})
parentPort?.postMessage({ ...result, isDone: true })
