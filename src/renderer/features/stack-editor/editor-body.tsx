import { useEffect, useEffectEvent, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { runByKey } from './commands/command-keys.ts'
import { EditorToolbar } from './commands/editor-toolbar.tsx'
import { ReplaceDialog } from './commands/replace-dialog.tsx'
import { type CommandServices, useCommands } from './commands/use-commands.ts'
import { useReplaceQuestion } from './commands/use-replace-question.ts'
import { EditorParts } from './editor-parts.tsx'
import { FailureBar } from './failure-bar.tsx'
import type { Kinds } from './model/stack-node.ts'
import { ProblemList } from './problems/problem-list.tsx'
import styles from './stack-editor.module.css'
import type { StackEditorProps } from './stack-editor.tsx'
import { EditorContext, ProblemsContext, useFoundProblems } from './state/editor-context.ts'
import { isDirty } from './state/editor-state.ts'
import { createEditorStore } from './state/editor-store.ts'
import { useValidation } from './state/use-validation.ts'

export interface EditorBodyProps extends StackEditorProps {
  readonly kinds: Kinds
}

/** One draft and everything that edits it. */
export function EditorBody(props: EditorBodyProps) {
  const { client, shell, kinds, session, initial, onApplied, onDirtyChange } = props
  const [store] = useState(() => createEditorStore(initial, session, kinds))
  const editor = useMemo(() => ({ store, client, shell }), [store, client, shell])
  const hasEdits = useStore(store, isDirty)
  const tellDirty = useEffectEvent(onDirtyChange)
  useEffect(() => tellDirty(hasEdits), [hasEdits])
  useValidation(store, client)
  return (
    <EditorContext value={editor}>
      <ProblemsContext value={useFoundProblems(store)}>
        <EditorLayout onApplied={onApplied} />
      </ProblemsContext>
    </EditorContext>
  )
}

function EditorLayout({ onApplied }: Pick<CommandServices, 'onApplied'>) {
  const { question, confirmReplace } = useReplaceQuestion()
  const commands = useCommands({ onApplied, confirmReplace })
  return (
    <div
      className={styles['editor']}
      role="group"
      aria-label="Stack editor"
      onKeyDownCapture={event => {
        if (question === undefined) runByKey(commands, event)
      }}
    >
      <EditorToolbar commands={commands} />
      <FailureBar />
      <EditorParts />
      <ProblemList />
      {question !== undefined && <ReplaceDialog {...question} />}
    </div>
  )
}
