import { parentPort } from 'node:worker_threads'
import { Evaluator } from './evaluator.ts'
import type { Reply, Request } from './evaluator-pool.ts'
import { orderOf } from './result-order.ts'

// A worker of the pool. Holds the evaluators of all runs, by the number of the run.
const evaluators = new Map<number, Evaluator>()

function answer(request: Request): Reply | undefined {
  switch (request.type) {
    case 'begin':
      evaluators.set(request.run, new Evaluator(request.task))
      return undefined
    case 'end':
      evaluators.delete(request.run)
      return undefined
    case 'evaluate': {
      const { id, run, batch } = request
      // If the run has ended in the meantime, the reply is not used.
      const verdict = evaluators.get(run)?.evaluate(batch)
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
