import { type ReactNode, useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import type { Shell } from '../../api/shell.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/panels.tsx'
import { type CommandServices, runByKey, useCommands } from './commands/commands.ts'
import { EditorToolbar } from './commands/editor-toolbar.tsx'
import { QuestionDialog, useQuestion } from './commands/question-dialog.tsx'
import type { DrawnDraft } from './draft-drawing.tsx'
import { EditorParts, FailureBar } from './editor-parts.tsx'
import { printDocument } from './json/edit-json.ts'
import type { Kinds } from './model/stack-node.ts'
import { PlanDialog } from './plan/plan-dialog.tsx'
import { ProblemList } from './problem-list.tsx'
import styles from './stack-editor.module.css'
import { isUntouched, loadStart, TemplateList, useLoaded } from './start.tsx'
import {
  EditorContext,
  ProblemsContext,
  useEditorState,
  useFoundProblems,
  useValidation,
} from './state/editor-context.ts'
import { createEditorStore, type InitialDocument, isDirty } from './state/editor-store.ts'

export interface StackEditorProps {
  readonly client: Client
  readonly shell: Shell
  /** The session whose stack is edited; absent for a new one. */
  readonly session?: SessionInfo | undefined
  /** The initial document. Read once. */
  readonly initial: InitialDocument
  readonly onApplied: (session: SessionInfo) => void
  /** Asks before the stack of a session is changed. Default: nothing is asked. */
  readonly confirmApply?: ((session: SessionInfo) => Promise<boolean>) | undefined
  readonly onDirtyChange: (isDirty: boolean) => void
  /** Called with the text after each edit, and with `undefined` once it is applied or saved. */
  readonly onDraftChange?: ((text: string | undefined) => void) | undefined
  /** Draws the draft. Default: it is not drawn. */
  readonly draw?: ((draft: DrawnDraft) => ReactNode) | undefined
}

/** Edits a new or existing stack: as a tree of nodes with forms, and as the text of its document. */
export function StackEditor(props: StackEditorProps) {
  const { client, session, initial } = props
  const [chosen, setChosen] = useState<InitialDocument>()
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
  const isNew = session === undefined && initial.path === undefined && initial.draft === undefined
  if (chosen === undefined && isNew && isUntouched(initial.text, templates)) {
    return (
      <TemplateList
        templates={templates}
        onChoose={document => setChosen({ text: printDocument(document) })}
      />
    )
  }
  return <EditorBody {...props} kinds={kinds} initial={chosen ?? initial} />
}

export interface EditorBodyProps extends StackEditorProps {
  readonly kinds: Kinds
}

/** One draft, and everything that edits it. */
export function EditorBody(props: EditorBodyProps) {
  const { client, shell, kinds, session, initial, onApplied, onDirtyChange, onDraftChange, draw } = props
  const { confirmApply = confirmAlways } = props
  const [store] = useState(() => createEditorStore(initial, session, kinds))
  const editor = useMemo(() => ({ store, client, shell }), [store, client, shell])
  const hasEdits = useStore(store, isDirty)
  const reportDirty = useEffectEvent(onDirtyChange)
  useEffect(() => reportDirty(hasEdits), [hasEdits])
  const unapplied = useStore(store, state => (isDirty(state) ? state.draft.text : undefined))
  const reportDraft = useEffectEvent((text: string | undefined) => onDraftChange?.(text))
  useEffect(() => reportDraft(unapplied), [unapplied])
  useValidation(store, client)
  return (
    <EditorContext value={editor}>
      <ProblemsContext value={useFoundProblems(store)}>
        <EditorLayout onApplied={onApplied} confirmApply={confirmApply} draw={draw} />
      </ProblemsContext>
    </EditorContext>
  )
}

const confirmAlways = async (): Promise<boolean> => true

function EditorLayout({
  onApplied,
  confirmApply,
  draw,
}: Pick<CommandServices, 'onApplied' | 'confirmApply'> & Pick<EditorBodyProps, 'draw'>) {
  const { question, confirmReplace } = useQuestion()
  const change = useEditorState(state => state.change)
  const commands = useCommands({ onApplied, confirmApply, confirmReplace })
  return (
    <div
      className={styles['editor']}
      role="group"
      aria-label="Stack editor"
      onKeyDownCapture={event => {
        if (question === undefined && change === undefined) runByKey(commands, event)
      }}
    >
      <EditorToolbar commands={commands} />
      <FailureBar />
      <EditorParts draw={draw} />
      <ProblemList />
      {question !== undefined && <QuestionDialog {...question} />}
      {change !== undefined && <PlanDialog change={change} />}
    </div>
  )
}
