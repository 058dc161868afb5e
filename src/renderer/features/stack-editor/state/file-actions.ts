import { CallError, type Client } from '../../../api/client.ts'
import type { Shell } from '../../../api/shell.ts'
import { failureMessage } from '../../../ui/text/failure-message.ts'
import { memberOf, stringOf } from '../json/json-tree.ts'
import { editDraft, readFileText, writeFileText } from '../model/draft.ts'
import { setDraft } from './edit-actions.ts'
import { type EditorStore, focusOn } from './editor-store.ts'

const EXTENSION = '.stack.json'

export interface FileServices {
  readonly client: Client
  readonly shell: Pick<Shell, 'pickStackFile' | 'pickSaveLocation'>
  /** Asks whether the file at this path may be replaced. */
  readonly confirmReplace: (path: string) => Promise<boolean>
}

/** Writes the text to its file, or to one that the user picks if it has none. */
export async function save(store: EditorStore, services: FileServices): Promise<void> {
  const { path } = store.getState()
  if (path === undefined) await saveAs(store, services)
  else await inFile(store, `save "${path}"`, () => write(store, services.client, path, true))
}

export async function saveAs(store: EditorStore, services: FileServices): Promise<void> {
  await inFile(store, 'save the stack', async () => {
    const picked = await services.shell.pickSaveLocation(fileName(store))
    if (picked === undefined) return
    const path = picked.endsWith('.json') ? picked : picked + EXTENSION
    if (await isWritten(store, services.client, path)) return
    if (await services.confirmReplace(path)) await write(store, services.client, path, true)
  })
}

/** Replaces the text by that of a file; undo restores the former text. */
export async function load(store: EditorStore, { client, shell }: FileServices): Promise<void> {
  await inFile(store, 'load the stack', async () => {
    const picked = await shell.pickStackFile()
    if (picked === undefined) return
    const { path, text: fileText } = await client.call('stacks.read', { path: picked })
    const { text, form } = readFileText(fileText)
    setDraft(store, draft => editDraft(draft, { text, at: performance.now() }))
    store.setState({ path, saved: text, fileForm: form })
    focusOn(store, { to: 'tree' })
  })
}

/** @returns Whether the file was written; false if it already exists. */
async function isWritten(store: EditorStore, client: Client, path: string): Promise<boolean> {
  try {
    await write(store, client, path, false)
    return true
  } catch (error) {
    if (error instanceof CallError && error.code === 'ALREADY_EXISTS') return false
    throw error
  }
}

async function write(store: EditorStore, client: Client, path: string, replace: boolean): Promise<void> {
  const { draft, fileForm } = store.getState()
  await client.call('stacks.write', { path, text: writeFileText(draft.text, fileForm), replace })
  store.setState({ path, saved: draft.text })
}

async function inFile(store: EditorStore, action: string, work: () => Promise<void>): Promise<void> {
  if (store.getState().busy !== undefined) return
  store.setState({ busy: 'file', failure: undefined })
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    store.setState({ failure: failureMessage(action, error.message) })
  } finally {
    store.setState({ busy: undefined })
  }
}

/** The stack's name as a file name. */
function fileName(store: EditorStore): string {
  const { draft, path } = store.getState()
  const name = stringOf(memberOf(draft.valid?.root, 'name')?.value) ?? ''
  // Replaces characters that some file systems do not allow.
  const safe = name.replaceAll(/[<>:"/\\|?*\p{Cc}]+/gu, '-').trim()
  return path?.split(/[/\\]/).at(-1) ?? `${safe === '' ? 'stack' : safe}${EXTENSION}`
}
