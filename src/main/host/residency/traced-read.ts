import type { SpanContext } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { Stack } from '../../../core/stack/stack.ts'
import type { ReadStep } from '../../../shared/procedures/residency.ts'
import { ReadSpans } from './read-steps.ts'

/** Milliseconds to wait for copies that are made after the value was read. */
const COPY_WAIT = 500

/** What became of a read. */
export interface ReadReport {
  readonly at: number
  readonly duration: number
  readonly steps: readonly ReadStep[]
  /** The copy that answered had another value than the store. */
  readonly differs: boolean
}

interface TracedRead {
  readonly stack: Stack
  readonly key: Key
}

let lastRoot = 0

/**
 * Listens to the spans of one read, until its copies are made. The stack is not traced before and after.
 * @param work Makes the read as a part of the given span; may look at its spans, and do more that is no part of it.
 * @param report Called once everything is known, which may be after the read; not where no node was read.
 */
export async function tracedRead<T>(
  { stack, key }: TracedRead,
  work: (span: SpanContext, spans: ReadSpans) => Promise<T>,
  report: (report: ReadReport) => void,
): Promise<T> {
  // The ids of spans are over 0.
  const root: SpanContext = { id: --lastRoot }
  const spans = new ReadSpans(root.id, stack.nodes)
  let heard = (): void => undefined
  const stop = stack.trace(span => {
    spans.add(span)
    heard()
  })
  const at = Date.now()
  const start = performance.now()
  const finish = async (): Promise<void> => {
    const duration = performance.now() - start
    await untilCopied(spans, listener => (heard = listener))
    stop()
    const steps = await withCaches(spans, { stack, key })
    if (steps.length > 0) report({ at, duration, steps, differs: spans.differs })
  }
  try {
    return await work(root, spans)
  } finally {
    // A read that failed has a way, too. Nobody waits for the report.
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

/** A cache keeps its copies in a memory of its own, which reports no spans: it is looked into. */
async function withCaches(spans: ReadSpans, { stack, key }: TracedRead): Promise<readonly ReadStep[]> {
  const { steps, passedCaches } = spans
  if (passedCaches.length === 0) return steps
  const [look] = await stack.residency([key], { compareBytes: 0, placeWait: COPY_WAIT })
  const caches = new Set(passedCaches)
  const holding = (look?.places ?? []).filter(({ node, state }) => caches.has(node) && state === 'present')
  return [...steps, ...holding.map(({ node }) => ({ node, outcome: 'copied' as const }))]
}
