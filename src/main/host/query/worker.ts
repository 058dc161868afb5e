import { parentPort } from 'node:worker_threads'
import { Judge } from './judge.ts'
import type { Reply, Request } from './judge-pool.ts'
import { orderOf } from './result-order.ts'

// A worker of the pool. Has the judges of all runs, by the number of the run.
const judges = new Map<number, Judge>()

function answer(request: Request): Reply | undefined {
  switch (request.type) {
    case 'begin':
      judges.set(request.run, new Judge(request.task))
      return undefined
    case 'end':
      judges.delete(request.run)
      return undefined
    case 'judge': {
      const { id, run, batch } = request
      // If the run has ended in the meantime, the reply is not used.
      const verdict = judges.get(run)?.judge(batch)
      return { id, value: verdict ?? { hits: [], failed: [], refused: [], byteLength: 0 } }
    }
    case 'order':
      return { id: request.id, value: orderOf(request.rows) }
  }
}

parentPort?.on('message', (request: Request) => {
  try {
    const reply = answer(request)
    if (reply !== undefined) parentPort?.postMessage(reply)
  } catch (error) {
    if ('id' in request) parentPort?.postMessage({ id: request.id, error } satisfies Reply)
    else throw error
  }
})
