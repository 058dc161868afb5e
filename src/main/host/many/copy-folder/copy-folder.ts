import { Worker } from 'node:worker_threads'
import { onAbort } from '../../../../core/concurrency/abortable.ts'
import { AbortError, DatastoreError } from '../../../../core/errors.ts'
import { fileFailure } from '../../files/file-failure.ts'
import type { ManyProgress } from '../action-parts.ts'
import type { Copied } from './copy-tree.ts'

/**
 * Copies a folder in a worker thread, with synchronous calls. Copying a file takes ten system calls, and sending each
 * through Node's thread pool costs more than the call itself.
 */
export async function copyFolder(
  from: string,
  to: string,
  signal: AbortSignal,
  progress: ManyProgress,
): Promise<Copied> {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    execArgv: [],
    workerData: { from, to, stop },
  })
  const forget = onAbort(signal, () => Atomics.store(stop, 0, 1))
  let last: Copied = { keys: 0, bytes: 0, left: 0 }
  const report = (copied: Copied): void => {
    progress.handled(copied.keys - last.keys, copied.bytes - last.bytes)
    last = copied
  }
  try {
    return await new Promise<Copied>((resolve, reject) => {
      worker.on('message', (copied: Copied & { readonly isDone?: boolean }) => {
        report(copied)
        if (copied.isDone === true) resolve(copied)
      })
      worker.on('error', error => {
        reject(signal.aborted ? new AbortError('copy', { cause: error }) : fileFailure('copy', from, error))
      })
      worker.on('exit', () =>
        reject(new DatastoreError('IO', `Cannot copy ${JSON.stringify(from)}: the worker thread has ended`)),
      )
    })
  } finally {
    forget()
    await worker.terminate()
  }
}
