import { Key } from '../../../core/key.ts'
import type { historyProcedures, UndoneInfo } from '../../../shared/procedures/history.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import { allVersionsOf, assertShowable, bytesOfVersion } from '../history/store-versions.ts'
import type { HostParts } from '../host-parts.ts'
import { statOfWrite } from '../transfers/write-version.ts'

export function historyHandlers({ sessions, jobs }: HostParts): HandlersOf<typeof historyProcedures> {
  async function apply(
    action: 'undo' | 'redo',
    { session: id, entry }: { readonly session: string; readonly entry?: number | undefined },
    signal: AbortSignal,
  ): Promise<UndoneInfo> {
    const session = sessions.get(id)
    const job = await session.history.jobOf(action, entry)
    // A job may have changed many keys, so its undo runs as a job too: with progress and cancellation.
    return job === undefined
      ? session.history[action](entry, signal)
      : jobs.undo(session, action, job, signal)
  }
  return {
    'history.state': async ({ session }) => {
      const { history } = sessions.get(session)
      await history.ready()
      return history.state
    },
    'history.setOn': async ({ session, isOn }) => {
      const { history } = sessions.get(session)
      await history.setOn(isOn)
      return history.state
    },
    'history.undo': (input, { signal }) => apply('undo', input, signal),
    'history.redo': (input, { signal }) => apply('redo', input, signal),
    'history.versions': async ({ session, key }, { signal }) => ({
      versions: await allVersionsOf(sessions.get(session), Key.parse(key), signal),
    }),
    'history.version': async ({ session, key: text, id }, { signal }) => {
      const key = Key.parse(text)
      const bytes = await bytesOfVersion(sessions.get(session), key, id, signal)
      assertShowable(key, bytes)
      return { bytes }
    },
    'history.restore': async ({ session, key: text, id, ifMatch }, { signal }) => {
      const { store, history } = sessions.get(session)
      const key = Key.parse(text)
      const bytes = await bytesOfVersion({ store, history }, key, id, signal)
      const rules = ifMatch === undefined ? { replace: false } : { ifMatch }
      const result = await store.put(key, bytes, { ...rules, signal })
      const entry = history.latestOf(key)
      return { stat: await statOfWrite(store, key, result, bytes.length), entry }
    },
  }
}
