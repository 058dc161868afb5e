import { nodeKinds } from '../../../src/core/node/stack.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { JournalFolders } from '../../../src/main/host/history/journal-folders.ts'
import { Sessions } from '../../../src/main/host/sessions/sessions.ts'
import { UnfinishedChanges } from '../../../src/main/host/sessions/unfinished-changes.ts'
import { Workspace } from '../../../src/main/host/workspace/workspace.ts'

export interface BareSessions {
  readonly sessions: Sessions
  /** The log. A test that expects no entries checks that it is empty. */
  readonly logged: unknown[]
  close(): Promise<void>
}

/** The sessions of a host, without pages. */
export async function bareSessions(dataDirectory: string): Promise<BareSessions> {
  const logged: unknown[] = []
  const log = (...what: unknown[]) => void logged.push(what)
  const changes = await UnfinishedChanges.open(dataDirectory, log)
  const journals = await JournalFolders.open(dataDirectory, { sources: [], savedAt: undefined }, log)
  const workspace = await Workspace.open(dataDirectory, log)
  const sessions = new Sessions({
    dataDirectory,
    registry: new Registry(nodeKinds),
    secrets: { get: async () => undefined },
    workspace,
    changes,
    journals,
    jobUndos: [],
    broadcast: () => undefined,
    log,
  })
  return {
    sessions,
    logged,
    async close() {
      await sessions.closeAll()
      // As the host ends: files may still be being written.
      await Promise.all([workspace.close(), changes.close(), journals.close()])
    },
  }
}
