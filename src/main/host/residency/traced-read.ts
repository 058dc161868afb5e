import type { SpanContext } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { Stack } from '../../../core/stack/stack.ts'
import type { ReadStep } from '../../../shared/procedures/residency.ts'
import { ReadSpans } from './read-steps.ts'

/** Milliseconds to wait for copies that are made after the value was read. */
const COPY_WAIT = 500

/** The steps and the duration of a read. Times are in milliseconds; `at` is since 1970. */
export interface ReadReport {
  readonly at: number
  readonly duration: number
  readonly steps: readonly ReadStep[]
  /** Whether the copy that answered had a value that differs from the one in the store. */
  readonly differs: boolean
}

interface TracedRead {
  readonly stack: Stack
  readonly key: Key
}

let lastRoot = 0

/**
 * Traces the stack during one read, until the copies that the read causes are made.
 * @param work Makes the read as a part of the given span. It may inspect the spans, and make other calls outside it.
 * @param report Called once the copies are made, which may be after the read; not called if no node was read.
 */
export async function tracedRead<T>(
  { stack, key }: TracedRead,
  work: (span: SpanContext, spans: ReadSpans) => Promise<T>,
  report: (report: ReadReport) => void,
): Promise<T> {
  // Negative, because the ids of other spans are positive.
  const root: SpanContext = { id: --lastRoot }
  const spans = new ReadSpans(root.id, stack.nodes)
  let notify = (): void => undefined
  const stop = stack.trace(span => {
    spans.add(span)
    notify()
  })
  const at = Date.now()
  const start = performance.now()
  const finish = async (): Promise<void> => {
    const duration = performance.now() - start
    await untilCopied(spans, listener => (notify = listener))
    stop()
    const steps = await withCaches(spans, { stack, key })
    if (steps.length > 0) report({ at, duration, steps, differs: spans.differs })
  }
  try {
    return await work(root, spans)
  } finally {
    // A failed read is reported too. The caller does not wait for the report.
    void finish().catch(stop)
  }
}

async function untilCopied(spans: ReadSpans, onSpan: (listener: () => void) => void): Promise<void> {
  if (spans.missingCopies.length === 0) return
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, COPY_WAIT)
    onSpan(() => {
      if (spans.missingCopies.length > 0) return
      clearTimeout(timer)
      resolve()
    })
  })
}

/** Adds the copies in caches, which a trace does not show: a cache reports no span when it stores a copy. */
async function withCaches(spans: ReadSpans, { stack, key }: TracedRead): Promise<readonly ReadStep[]> {
  const { steps, passedCaches } = spans
  if (passedCaches.length === 0) return steps
  const [residency] = await stack.residency([key], { compareBytes: 0, placeWait: COPY_WAIT })
  const caches = new Set(passedCaches)
  const holding = (residency?.places ?? []).filter(
    ({ node, state }) => caches.has(node) && state === 'present',
  )
  return [...steps, ...holding.map(({ node }) => ({ node, outcome: 'copied' as const }))]
}
