import { Key } from '../../../core/key.ts'
import type { streamProcedures } from '../../../shared/procedures/store.ts'
import type { HandlersOf } from '../calls/call.ts'
import type { HostParts } from '../host-parts.ts'

export function streamHandlers({ sessions }: HostParts): HandlersOf<typeof streamProcedures> {
  return {
    'streams.open': ({ session, key, start, end }, { page, signal }) =>
      page.streams.open(sessions.get(session), Key.parse(key), { start, end }, signal),
    'streams.next': ({ stream, maxBytes }, { page, signal }) => page.streams.next(stream, signal, maxBytes),
    'streams.close': async ({ stream }, { page }) => {
      await page.streams.close(stream)
      return { done: true }
    },
  }
}
