import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { renamedKey } from '../../api/key-completion.ts'
import styles from './rename-field.module.css'
import { splitKey } from './source/tree-state.ts'
import type { TreeActions } from './tree-actions.ts'
import { type Point, type TreeMode, without } from './use-tree-input.ts'
import { keyOf } from './view/row-view.ts'

interface RenameEditorOptions {
  readonly actions: TreeActions
  readonly mode: TreeMode
  readonly setMode: (change: TreeMode | ((mode: TreeMode) => TreeMode)) => void
  readonly focusTree: () => void
  /** Below the row that is renamed. */
  readonly belowRow: () => Point
}

/** The field in the row that is being renamed, if any. */
export function useRenameEditor({
  actions,
  mode,
  setMode,
  focusTree,
  belowRow,
}: RenameEditorOptions): ReactNode {
  const { view } = actions
  const key = mode.type === 'rename' ? mode.key : undefined

  useEffect(() => {
    if (key === undefined) return
    return view.subscribe(() => {
      if (keyOf(view.focused) === key) return
      // The row was removed, and the field with it: without this, nothing would have the focus.
      focusTree()
      setMode(without('rename'))
    })
  })

  if (key === undefined) return undefined
  const rename = async (to: string) => {
    const { focused } = view
    if (focused?.type !== 'key') return
    if (!focused.isBranch) return actions.rename(key, to)
    if (focused.isValue) setMode({ type: 'renameChoice', from: key, to, at: belowRow() })
    else actions.moveBranch(key, to)
  }
  return (
    <RenameField
      key={key}
      from={key}
      onRename={rename}
      onDone={isFocusKept => {
        if (isFocusKept) focusTree()
        setMode(without('rename'))
      }}
    />
  )
}

interface RenameFieldProps {
  /** The key that is renamed. */
  readonly from: string
  /** Rejects with why the key can't be taken. */
  readonly onRename: (to: string) => Promise<void>
  /** Called when the field closes. @param isFocusKept Whether the tree gets the focus. */
  readonly onDone: (isFocusKept: boolean) => void
}

/** Renames a row in place: Enter takes the name or the whole key, Escape or leaving the field drops it. */
function RenameField({ from, onRename, onDone }: RenameFieldProps) {
  const { name } = splitKey(from)
  const [text, setText] = useState(name)
  const [refusal, setRefusal] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const messageId = useId()
  const renamed = renamedKey(from, text)
  const problem = 'problem' in renamed ? renamed.problem : refusal

  useEffect(() => {
    field.current?.focus()
    // Selects the name without its type, because the name is what is usually changed.
    field.current?.setSelectionRange(name.lastIndexOf(':') + 1, name.length)
  }, [name])

  const submit = async () => {
    if ('problem' in renamed || isBusy) return
    if (renamed.to === from) {
      onDone(true)
      return
    }
    setBusy(true)
    try {
      await onRename(renamed.to)
      onDone(true)
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error))
      setBusy(false)
    }
  }

  return (
    <span className={styles['editor']}>
      <input
        ref={field}
        aria-label="New name"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : messageId}
        className={styles['field']}
        value={text}
        readOnly={isBusy}
        spellCheck={false}
        autoComplete="off"
        onChange={event => {
          setText(event.target.value)
          setRefusal(undefined)
        }}
        onBlur={event => {
          // If the window loses the focus, the field stays the active element and stays open.
          if (!isBusy && document.activeElement !== event.target) onDone(false)
        }}
        onKeyDown={event => {
          event.stopPropagation()
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') void submit()
          else if (event.key === 'Escape') onDone(true)
        }}
      />
      {problem !== undefined && (
        <span id={messageId} role="alert" className={styles['problem']}>
          {problem}
        </span>
      )}
    </span>
  )
}
