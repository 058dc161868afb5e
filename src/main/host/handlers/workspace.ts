import type { workspaceProcedures } from '../../../shared/procedures/workspace.ts'
import type { HandlersOf } from '../calls/call.ts'
import type { HostParts } from '../host-parts.ts'

export function workspaceHandlers({ workspace }: HostParts): HandlersOf<typeof workspaceProcedures> {
  return {
    'workspace.get': () => workspace.state,
    'workspace.updateSettings': ({ settings }) => {
      workspace.updateSettings(settings)
      return workspace.state
    },
    'workspace.forgetRecent': ({ id }) => {
      workspace.forget(id)
      return workspace.state
    },
    'workspace.dismissNotice': () => {
      workspace.dismissNotice()
      return workspace.state
    },
  }
}
