import { useCallback, useState } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import type { Shell } from '../../api/shell.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { EditorBody } from './editor-body.tsx'
import { printDocument } from './json/print-json.ts'
import { isUntouched } from './start/is-untouched.ts'
import { loadStart } from './start/load-start.ts'
import { TemplateList } from './start/template-list.tsx'
import { useLoaded } from './start/use-loaded.ts'
import type { InitialDocument } from './state/editor-store.ts'

export interface StackEditorProps {
  readonly client: Client
  readonly shell: Shell
  /** The session whose stack is edited; absent for a new one. */
  readonly session?: SessionInfo | undefined
  /** What to begin with. Read once. */
  readonly initial: InitialDocument
  readonly onApplied: (session: SessionInfo) => void
  readonly onDirtyChange: (isDirty: boolean) => void
}

/** Makes or changes a stack: as a tree of nodes with forms, and as the text of its document. */
export function StackEditor({ client, shell, session, initial, onApplied, onDirtyChange }: StackEditorProps) {
  const [begun, setBegun] = useState<InitialDocument>()
  const start = useLoaded(useCallback((signal: AbortSignal) => loadStart(client, signal), [client]))

  if (start.state === 'loading') return null
  if (start.state === 'failed') {
    return (
      <EmptyState title="Cannot edit stacks" detail={start.message}>
        <Button onPress={start.retry}>Try again</Button>
      </EmptyState>
    )
  }
  const { kinds, templates } = start.value
  const isNew = session === undefined && initial.path === undefined
  if (begun === undefined && isNew && isUntouched(initial.text, templates)) {
    return (
      <TemplateList
        templates={templates}
        onChoose={document => setBegun({ text: printDocument(document) })}
      />
    )
  }
  return (
    <EditorBody
      client={client}
      shell={shell}
      kinds={kinds}
      session={session}
      initial={begun ?? initial}
      onApplied={onApplied}
      onDirtyChange={onDirtyChange}
    />
  )
}
