import { z } from 'zod'
import { jobInfo } from './procedures/jobs.ts'
import { levelState } from './procedures/levels.ts'
import { secretsState } from './procedures/secrets.ts'
import { sessionInfo, sessionStatus } from './procedures/sessions.ts'
import { storedChange } from './procedures/storage.ts'
import { workspaceState } from './procedures/workspace.ts'
import { keyText, sessionId } from './values.ts'

/** Events from the host to the page. Rate-limited: only the latest state is sent. */
export const events = {
  sessionsChanged: z.strictObject({ sessions: z.array(sessionInfo) }),
  /** A server of the session was lost or is reached again, or more keys were found. A few times a second. */
  sessionStatusChanged: z.strictObject({ session: sessionId, status: sessionStatus }),
  /** Somebody outside the page asked for this session, such as a second start of the program. */
  sessionShown: z.strictObject({ session: sessionId }),
  workspaceChanged: workspaceState,
  secretsChanged: secretsState,
  /** Another page keeps this text now, or no longer. */
  storageChanged: storedChange,
  levelChanged: z.strictObject({ session: sessionId, prefix: keyText, ...levelState.shape }),
  /** A key was put or deleted through the host. Of each key the latest change, at most ten times a second. */
  valueChanged: z.strictObject({
    session: sessionId,
    key: keyText,
    type: z.enum(['put', 'delete']),
    /** Too much changed to name each key: any key at or below `key` may have been put or deleted. */
    isDeep: z.boolean().optional(),
  }),
  jobChanged: jobInfo,
  /** A menu item was chosen (Electron). */
  commandInvoked: z.strictObject({ id: z.string() }),
}

export type EventName = keyof typeof events
export type EventValue<Name extends EventName> = z.infer<(typeof events)[Name]>

/** What the page offers over birpc. */
export interface PageFunctions {
  event(name: EventName, value: unknown): void
}
