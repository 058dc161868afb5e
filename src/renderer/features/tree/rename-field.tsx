import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { renamedKey } from '../../api/key-completion.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { whileWaiting } from '../../ui/toasts/waits.tsx'
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
      isValue={view.focused?.type === 'key' && view.focused.isValue}
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
  readonly isValue: boolean
  /** Rejects with the reason why the key cannot be used. */
  readonly onRename: (to: string) => Promise<void>
  /** Called when the field closes. @param isFocusKept Whether the tree gets the focus. */
  readonly onDone: (isFocusKept: boolean) => void
}

/** Renames a row in place: Enter takes the name or the whole key, Escape or leaving the field drops it. */
function RenameField({ from, isValue, onRename, onDone }: RenameFieldProps) {
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
    const { start, end } = usuallyChanged(name, isValue)
    field.current?.setSelectionRange(start, end)
  }, [name, isValue])

  const submit = async () => {
    if ('problem' in renamed || isBusy) return
    if (renamed.to === from) {
      onDone(true)
      return
    }
    setBusy(true)
    try {
      await whileWaiting(`Renaming "${from}"…`, onRename(renamed.to))
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
      {problem !== undefined ? (
        <span ref={keepVisible} id={messageId} role="alert" className={styles['problem']}>
          <VisibleText text={problem} />
        </span>
      ) : (
        text !== name &&
        'to' in renamed && (
          <span ref={keepVisible} role="status" className={styles['preview']}>
            Becomes <VisibleText text={renamed.to} />
          </span>
        )
      )}
    </span>
  )
}

/** The part of a name that is usually changed: without its type, and of a value without its extension. */
export function usuallyChanged(
  name: string,
  isValue: boolean,
): { readonly start: number; readonly end: number } {
  const start = name.lastIndexOf(':') + 1
  const dot = isValue ? name.lastIndexOf('.') : -1
  return { start, end: dot > start ? dot : name.length }
}

/** Moves a message above its field where it would be cut off at the edge of the tree. */
function keepVisible(message: HTMLElement | null): void {
  const tree = message?.closest('[role=tree]')?.getBoundingClientRect()
  if (message === null || tree === undefined) return
  message.dataset['place'] = message.getBoundingClientRect().bottom > tree.bottom ? 'above' : 'below'
}
