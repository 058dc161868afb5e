import type { storageProcedures } from '../../../shared/procedures/storage.ts'
import type { workspaceProcedures } from '../../../shared/procedures/workspace.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'

export function workspaceHandlers({
  workspace,
  journals,
  storage,
  broadcast,
}: HostParts): HandlersOf<typeof workspaceProcedures & typeof storageProcedures> {
  return {
    'storage.load': () => ({ items: storage.items }),
    'storage.set': (change, { page }) => {
      storage.set(change.name, change.text)
      broadcast('storageChanged', change, page)
      return { done: true }
    },
    'workspace.get': () => workspace.state,
    'workspace.updateSettings': ({ settings }) => {
      workspace.updateSettings(settings)
      return workspace.state
    },
    'workspace.forgetRecent': ({ id }) => {
      workspace.forget(id)
      journals.keepOnly(workspace.state.recents.map(recent => recent.source))
      return workspace.state
    },
    'workspace.dismissNotice': () => {
      workspace.dismissNotice()
      return workspace.state
    },
  }
}
