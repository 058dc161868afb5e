import type { Handlers } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'
import { historyHandlers } from './history.ts'
import { queryHandlers } from './query.ts'
import { residencyHandlers } from './residency.ts'
import { secretHandlers } from './secrets.ts'
import { jobHandlers, sessionHandlers, stackHandlers } from './sessions.ts'
import { shellHandlers } from './shell.ts'
import {
  fileHandlers,
  levelHandlers,
  overviewHandlers,
  searchHandlers,
  storeHandlers,
  streamHandlers,
  uploadHandlers,
} from './store.ts'
import { valueHandlers } from './values.ts'
import { workspaceHandlers } from './workspace.ts'

/** The handlers of the whole contract. */
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
    ...fileHandlers(parts),
    ...valueHandlers(parts),
    ...levelHandlers(parts),
    ...jobHandlers(parts),
    ...searchHandlers(parts),
    ...historyHandlers(parts),
    ...queryHandlers(parts),
    ...residencyHandlers(parts),
    ...overviewHandlers(parts),
  }
}
