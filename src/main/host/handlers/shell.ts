import { homedir } from 'node:os'
import { orAbort } from '../../../core/concurrency/abortable.ts'
import { DatastoreError } from '../../../core/errors.ts'
import { isAddress, splitAddress } from '../../../shared/address.ts'
import { CONTRACT_VERSION } from '../../../shared/handover.ts'
import type { MenuCommand, shellProcedures } from '../../../shared/procedures/shell.ts'
import { BadInputError } from '../calls/describe-failure.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import { browse } from '../files/browse.ts'
import type { HostParts } from '../host-parts.ts'

const DONE = { done: true } as const

export function shellHandlers({
  options,
  first,
  corrections,
}: HostParts): HandlersOf<typeof shellProcedures> {
  const actions = (what: string): ShellActions => {
    if (options.shellActions !== undefined) return options.shellActions
    throw new DatastoreError('UNSUPPORTED', `Cannot ${what}: this shell does not support it`)
  }
  return {
    'shell.hello': ({ version }, { page }) => {
      if (version !== CONTRACT_VERSION) {
        const state = `the page uses version ${version} of the contract, the host version ${CONTRACT_VERSION}`
        throw new DatastoreError('UNSUPPORTED', `Cannot connect: ${state}; reload the page`)
      }
      const { appVersion, shell } = options
      const session = first()
      return {
        version: CONTRACT_VERSION,
        appVersion,
        shell,
        platform: process.platform,
        home: homedir(),
        ...(session !== undefined && { session }),
        corrections: corrections(),
        ...(page.about.token !== undefined && { token: page.about.token }),
      }
    },
    'shell.pickFolder': async () => picked(await actions('pick a folder').pickFolder()),
    'shell.pickStackFile': async () => picked(await actions('pick a file').pickStackFile()),
    'shell.pickSaveLocation': async ({ name }) =>
      picked(await actions('pick a place to save').pickSaveLocation(name)),
    'shell.clipboardAddress': async () => {
      const text = (await options.shellActions?.clipboardText())?.trim() ?? ''
      return isAddress(text) ? { address: withoutPassword(text) } : {}
    },
    'shell.reveal': async ({ path }) => {
      await actions('show a file').reveal(path)
      return DONE
    },
    'shell.openExternal': async ({ url }) => {
      assertHttps(url)
      await actions('open a link').openExternal(url)
      return DONE
    },
    'shell.setMenu': ({ commands }, { page }) => {
      actions('show a menu').setMenu(commands, id => page.emit('commandInvoked', { id }))
      return DONE
    },
    'files.browse': ({ path }, { signal }) => orAbort(browse(path), signal, 'browse'),
  }
}

function picked(path: string | undefined): { path?: string } {
  return path === undefined ? {} : { path }
}

function withoutPassword(text: string): string {
  const { address, user } = splitAddress(text)
  return user === undefined ? address : address.replace('://', () => `://${encodeURIComponent(user)}@`)
}

/** The shell decides which https links are opened. */
function assertHttps(url: string): void {
  if (URL.parse(url)?.protocol !== 'https:') {
    throw new BadInputError(`Cannot open ${JSON.stringify(url.slice(0, 200))}: it is not an https address`)
  }
}

/** What a desktop shell provides to the host. A cancelled dialog returns `undefined`. */
export interface ShellActions {
  pickFolder(): Promise<string | undefined>
  pickStackFile(): Promise<string | undefined>
  /** @param name The file name to suggest. */
  pickSaveLocation(name: string): Promise<string | undefined>
  /** The text on the system's clipboard. */
  clipboardText(): Promise<string>
  /** Shows a file or folder in the system's file manager. */
  reveal(path: string): Promise<void>
  openExternal(url: string): Promise<void>
  /** Shows these commands as the application's menu. `onInvoke` receives the id of each chosen command. */
  setMenu(commands: readonly MenuCommand[], onInvoke: (id: string) => void): void
}
