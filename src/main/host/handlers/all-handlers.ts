import type { Handlers } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'
import { secretHandlers } from './secrets.ts'
import { jobHandlers, sessionHandlers, stackHandlers } from './sessions.ts'
import { shellHandlers } from './shell.ts'
import { levelHandlers, searchHandlers, storeHandlers, streamHandlers, uploadHandlers } from './store.ts'
import { workspaceHandlers } from './workspace.ts'

/** The whole contract, implemented. */
export function allHandlers(parts: HostParts): Handlers {
  return {
    ...shellHandlers(parts),
    ...workspaceHandlers(parts),
    ...secretHandlers(parts),
    ...sessionHandlers(parts),
    ...stackHandlers(parts),
    ...storeHandlers(parts),
    ...streamHandlers(parts),
    ...uploadHandlers(parts),
    ...levelHandlers(parts),
    ...jobHandlers(parts),
    ...searchHandlers(parts),
  }
}
