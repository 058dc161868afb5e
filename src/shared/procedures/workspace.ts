import { z } from 'zod'
import { ENVIRONMENTS } from '../contract-constants.ts'
import { nothing, procedure } from '../values.ts'
import { source } from './sessions.ts'

export const settings = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** Sizes of the panels in percent, by the group's name and in its order. */
  panels: z.record(z.string(), z.array(z.number())),
  /** How values are viewed, by key pattern: `auto`, `text`, `json`, `hex`. */
  views: z.record(z.string(), z.string()),
})
export type Settings = z.infer<typeof settings>

export const recent = z.strictObject({
  id: z.string(),
  name: z.string(),
  source,
  isReadOnly: z.boolean(),
  /** Absent for development. */
  environment: z.enum(ENVIRONMENTS).optional(),
  openedAt: z.number(),
})
export type Recent = z.infer<typeof recent>

export const workspaceState = z.strictObject({
  recents: z.array(recent),
  settings,
  /** A notice for the user, such as an invalid workspace file that was renamed. */
  notice: z.string().optional(),
})
export type WorkspaceState = z.infer<typeof workspaceState>

export const workspaceProcedures = {
  'workspace.get': procedure(nothing, workspaceState),
  'workspace.updateSettings': procedure(z.strictObject({ settings: settings.partial() }), workspaceState),
  'workspace.forgetRecent': procedure(z.strictObject({ id: z.string() }), workspaceState),
  'workspace.dismissNotice': procedure(nothing, workspaceState),
}
