import type { MenuCommand } from '../../shared/procedures/shell.ts'

/** What a desktop shell does for the host. A dialog that is cancelled gives `undefined`. */
export interface ShellActions {
  pickFolder(): Promise<string | undefined>
  pickStackFile(): Promise<string | undefined>
  /** @param name The file name to suggest. */
  pickSaveLocation(name: string): Promise<string | undefined>
  /** Shows a file or folder in the system's file manager. */
  reveal(path: string): Promise<void>
  openExternal(url: string): Promise<void>
  /** Shows these commands as the application's menu. `onInvoke` gets the id of each command chosen. */
  setMenu(commands: readonly MenuCommand[], onInvoke: (id: string) => void): void
}
