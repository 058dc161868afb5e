import { Key } from '../../../core/key.ts'
import type { uploadProcedures } from '../../../shared/procedures/store.ts'
import type { HandlersOf } from '../calls/call.ts'
import type { HostParts } from '../host-parts.ts'
import { refuseContradiction } from './store.ts'

export function uploadHandlers({ sessions }: HostParts): HandlersOf<typeof uploadProcedures> {
  return {
    'uploads.open': async ({ session, key, ...rules }, { page, signal }) => {
      refuseContradiction(rules)
      return { upload: await page.uploads.open(sessions.get(session), Key.parse(key), rules, signal) }
    },
    'uploads.write': async ({ upload, bytes }, { page, signal }) => {
      await page.uploads.write(upload, bytes, signal)
      return { done: true }
    },
    'uploads.commit': async ({ upload }, { page, signal }) => ({
      stat: await page.uploads.commit(upload, signal),
    }),
    'uploads.abort': async ({ upload }, { page }) => {
      await page.uploads.abort(upload)
      return { done: true }
    },
  }
}
