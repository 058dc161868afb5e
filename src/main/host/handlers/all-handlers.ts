import type { Handlers } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'
import { jobHandlers } from './jobs.ts'
import { levelHandlers } from './levels.ts'
import { sessionHandlers } from './sessions.ts'
import { shellHandlers } from './shell.ts'
import { stackHandlers } from './stacks.ts'
import { storeHandlers } from './store.ts'
import { streamHandlers } from './streams.ts'
import { uploadHandlers } from './uploads.ts'
import { workspaceHandlers } from './workspace.ts'

/** The whole contract, implemented. */
export function allHandlers(parts: HostParts): Handlers {
  return {
    ...shellHandlers(parts),
    ...workspaceHandlers(parts),
    ...sessionHandlers(parts),
    ...stackHandlers(parts),
    ...storeHandlers(parts),
    ...streamHandlers(parts),
    ...uploadHandlers(parts),
    ...levelHandlers(parts),
    ...jobHandlers(parts),
  }
}
