import { z } from 'zod'
import { done, nothing, procedure } from '../values.ts'

const picked = z.strictObject({ path: z.string().optional() })

export const menuCommand = z.strictObject({
  id: z.string(),
  label: z.string(),
  menu: z.enum(['File', 'Edit', 'View', 'Go', 'Stack', 'Help']),
  /** As Electron spells accelerators: `CmdOrCtrl+Shift+P`. */
  shortcut: z.string().optional(),
  isEnabled: z.boolean(),
})
export type MenuCommand = z.infer<typeof menuCommand>

export const shellProcedures = {
  'shell.hello': procedure(
    z.strictObject({ version: z.number().int() }),
    z.strictObject({
      version: z.number().int(),
      appVersion: z.string(),
      shell: z.enum(['electron', 'web']),
      platform: z.string(),
      /** The folder that typed relative paths are resolved against. */
      home: z.string(),
      /** The session to show first, opened by the command line. */
      session: z.string().optional(),
      /** Stack files of the command line without a valid stack. The page opens its editor on each. */
      corrections: z.array(z.string()),
      /** The browser shell's token for the next connection. */
      token: z.string().optional(),
    }),
  ),
  /** Native dialogs; a cancelled one gives no path. In the browser shell: `UNSUPPORTED`, the page shows its own. */
  'shell.pickFolder': procedure(nothing, picked),
  'shell.pickStackFile': procedure(nothing, picked),
  'shell.pickSaveLocation': procedure(z.strictObject({ name: z.string() }), picked),
  /** The address of a server on the clipboard, without its password. In a browser, nothing. */
  'shell.clipboardAddress': procedure(nothing, z.strictObject({ address: z.string().optional() })),
  'shell.reveal': procedure(z.strictObject({ path: z.string() }), done),
  'shell.openExternal': procedure(z.strictObject({ url: z.string() }), done),
  'shell.setMenu': procedure(z.strictObject({ commands: z.array(menuCommand) }), done),
  /** Folders and files of one folder on the host's machine, for the page's own path dialogs. */
  'files.browse': procedure(
    z.strictObject({ path: z.string() }),
    z.strictObject({
      path: z.string(),
      parent: z.string().optional(),
      entries: z.array(z.strictObject({ name: z.string(), path: z.string(), isFolder: z.boolean() })),
    }),
  ),
}
