import type { SpanContext } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { Page } from '../host-parts.ts'
import type { Session } from '../sessions/session.ts'
import { ReadSpans } from './read-steps.ts'
import { tracedRead } from './traced-read.ts'

/** Makes a read. If the page follows the reads of this session, reports to it which places the read asked. */
export function followedRead<T>(
  page: Page,
  session: Session,
  key: Key,
  read: (span: SpanContext | undefined, spans: ReadSpans) => Promise<T>,
): Promise<T> {
  const { stack } = session
  if (!page.reads.has(session.id)) return read(undefined, new ReadSpans(0, stack.nodes))
  return tracedRead({ stack, key }, read, ({ steps, differs, ...report }) =>
    page.emit('readTraced', {
      session: session.id,
      key: key.toString(),
      ...report,
      steps: [...steps],
      ...(differs && { differs }),
    }),
  )
}
