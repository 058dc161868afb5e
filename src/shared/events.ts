import { z } from 'zod'
import { historyState } from './procedures/history.ts'
import { jobInfo } from './procedures/jobs.ts'
import { levelState } from './procedures/levels.ts'
import { readTrace } from './procedures/residency.ts'
import { secretsState } from './procedures/secrets.ts'
import { sessionInfo, sessionStatus } from './procedures/sessions.ts'
import { storedChange } from './procedures/storage.ts'
import { workspaceState } from './procedures/workspace.ts'
import { keyText, sessionId } from './values.ts'

/** Events from the host to the page. Rate-limited: only the latest state is sent. */
export const events = {
  sessionsChanged: z.strictObject({ sessions: z.array(sessionInfo) }),
  /** A server of the session was lost or restored, or more keys were found. Sent a few times a second at most. */
  sessionStatusChanged: z.strictObject({ session: sessionId, status: sessionStatus }),
  /** This session was opened from outside the page, for example by a second start of the program. */
  sessionShown: z.strictObject({ session: sessionId }),
  workspaceChanged: workspaceState,
  secretsChanged: secretsState,
  /** Another page has stored this text, or removed it. */
  storageChanged: storedChange,
  levelChanged: z.strictObject({ session: sessionId, prefix: keyText, ...levelState.shape }),
  /** A key was put or deleted through the host. The latest change of each key, at most ten times a second. */
  valueChanged: z.strictObject({
    session: sessionId,
    key: keyText,
    type: z.enum(['put', 'delete']),
    /** There were too many changes to name each key: any key at or below `key` may have been put or deleted. */
    isDeep: z.boolean().optional(),
  }),
  /** Which way a read of this page took. Sent to pages that follow the reads of the session. */
  readTraced: readTrace,
  jobChanged: jobInfo,
  /** What can be undone in a session, or what is recorded there, is another. */
  historyChanged: z.strictObject({ session: sessionId, state: historyState }),
  /** A menu item was chosen (Electron). */
  commandInvoked: z.strictObject({ id: z.string() }),
}

export type EventName = keyof typeof events
export type EventValue<Name extends EventName> = z.infer<(typeof events)[Name]>

/** What the page offers over birpc. */
export interface PageFunctions {
  event(name: EventName, value: unknown): void
}
