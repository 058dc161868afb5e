import { FileText, Folder } from 'lucide-react'
import { useEffect, useState } from 'react'
import { CallError, type Client, isAbortedCall } from '../../api/client.ts'
import type { PathRequest } from '../../api/shell.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { CompletionField } from '../../ui/fields/completion-field.tsx'
import styles from './path-dialog.module.css'
import {
  asFolder,
  fittingEntries,
  isListedFile,
  type PathEntry,
  purposeTitle,
  settlePath,
  splitPartialPath,
} from './path-input.ts'

interface PathDialogProps {
  readonly client: Client
  readonly purpose: PathRequest
  /** The initial folder. */
  readonly home: string
  /** Called with `undefined` if the dialog was cancelled. */
  readonly onAnswer: (path: string | undefined) => void
}

/** Asks for a path on the host's machine, if the shell has no dialog of its own. */
export function PathDialog({ client, purpose, home, onAnswer }: PathDialogProps) {
  const [text, setText] = useState(asFolder(home) + (purpose.type === 'saveLocation' ? purpose.name : ''))
  const [problem, setProblem] = useState<string>()
  const [isReplacing, setReplacing] = useState(false)
  const { folder, name } = splitPartialPath(text)
  const parent = folder === '' ? home : folder
  const listed = useFolder(client, parent)
  const entries = listed?.entries ?? []
  const narrowing = purpose.type === 'saveLocation' ? '' : name
  const options = fittingEntries(entries, narrowing, file => isListedFile(purpose, file))

  function change(next: string): void {
    setText(next)
    setProblem(undefined)
    setReplacing(false)
  }

  function choose(entry: PathEntry): void {
    if (entry.isFolder) change(asFolder(entry.path) + (purpose.type === 'saveLocation' ? name : ''))
    else if (purpose.type === 'saveLocation') change(entry.path)
    else onAnswer(entry.path)
  }

  /** Lists the folder again, because the listing may still be that of the previous folder. */
  async function submit(): Promise<void> {
    try {
      const { entries: known } = await client.call('files.browse', { path: parent })
      const settled = settlePath(purpose, text, known)
      if (settled.type === 'answer') onAnswer(settled.path)
      else if (settled.type === 'continue') change(settled.text)
      else if (settled.type === 'problem') setProblem(settled.message)
      else if (isReplacing) onAnswer(text)
      else setReplacing(true)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }

  const title = purposeTitle(purpose)
  return (
    <Dialog title={title} onClose={() => onAnswer(undefined)} width="medium">
      <CompletionField
        label="Path"
        listLabel={purpose.type === 'folder' ? 'Folders' : 'Folders and files'}
        value={text}
        onChange={change}
        items={options.map(option)}
        onChoose={({ entry }) => choose(entry)}
        onComplete={({ entry }) => change(entry.isFolder ? asFolder(entry.path) : entry.path)}
        onSubmit={() => void submit()}
        isMonospace
        autoFocus
        error={problem ?? listed?.error}
        emptyText={listed === undefined || listed.error !== undefined ? '' : emptyText(purpose, narrowing)}
        rows={10}
      />
      {isReplacing && (
        <p className={styles['replace']} role="alert">
          The file <code>{name}</code> is there already. Save again to replace it.
        </p>
      )}
      <p className={styles['hint']}>Tab completes · ↓ chooses · Enter takes the path as it stands</p>
      <DialogButtons>
        <Button onPress={() => onAnswer(undefined)}>Cancel</Button>
        <Button variant={isReplacing ? 'danger' : 'primary'} onPress={() => void submit()}>
          {isReplacing ? 'Replace' : purpose.type === 'saveLocation' ? 'Save' : 'Open'}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function option(entry: PathEntry) {
  const Icon = entry.isFolder ? Folder : FileText
  return { id: entry.path, label: entry.name, icon: <Icon size={14} aria-hidden />, entry }
}

function emptyText(purpose: PathRequest, name: string): string {
  const what = purpose.type === 'folder' ? 'folder' : 'folder or .stack.json file'
  return name === '' ? `There is no ${what} here.` : `No ${what} begins with "${name}".`
}

interface ListedFolder {
  /** The requested path. */
  readonly asked: string
  readonly entries: readonly PathEntry[]
  readonly error: string | undefined
}

/** The entries of a folder on the host's machine; `undefined` until they are loaded. */
function useFolder(client: Client, path: string): ListedFolder | undefined {
  const [folder, setFolder] = useState<ListedFolder>()
  useEffect(() => {
    const aborter = new AbortController()
    client.call('files.browse', { path }, { signal: aborter.signal }).then(
      ({ entries }) => setFolder({ asked: path, entries, error: undefined }),
      (error: unknown) => {
        if (aborter.signal.aborted || isAbortedCall(error)) return
        const message = error instanceof CallError ? error.message : String(error)
        setFolder({ asked: path, entries: [], error: message })
      },
    )
    return () => aborter.abort()
  }, [client, path])
  return folder?.asked === path ? folder : undefined
}
