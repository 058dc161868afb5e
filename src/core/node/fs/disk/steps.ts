import type { Soon } from './disk.ts'

/** Work of several steps, as a generator: `const fd = yield* at(disk.open(path, flags))`. `run` does it. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>

/** The answer of one step. */
export function* at<T>(answer: Soon<T>): Steps<T> {
  return answer instanceof Promise ? ((yield answer) as T) : answer
}

/** Does the steps: on this thread as long as each answer is at hand, and asynchronously from the first promise on. */
export function run<T>(steps: Steps<T>): Soon<T> {
  const step = steps.next()
  return step.done === true ? step.value : goOn(steps, step.value)
}

async function goOn<T>(steps: Steps<T>, pending: Promise<unknown>): Promise<T> {
  let step: IteratorResult<Promise<unknown>, T> = { done: false, value: pending }
  while (step.done !== true) {
    const [outcome]: [PromiseSettledResult<unknown>] = await Promise.allSettled([step.value])
    step = outcome.status === 'rejected' ? steps.throw(outcome.reason) : steps.next(outcome.value)
  }
  return step.value
}
