import { useEffect, useRef, useState } from 'react'
import { formatCount } from '../../ui/text/format.ts'
import styles from './jump-field.module.css'
import { STATUS_ROW } from './model/row-model.ts'
import type { TreeView } from './view/tree-view.ts'

export interface JumpFieldProps {
  readonly view: TreeView
  /** Called when the field closes. @param isFocusKept Whether the tree gets the focus. */
  readonly onDone: (isFocusKept: boolean) => void
}

/** Goes to a name on the focused level while it is typed, however many rows the level has. */
export function JumpField({ view, onDone }: JumpFieldProps) {
  const [from] = useState(() => view.focus)
  const [text, setText] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const latest = useRef('')

  useEffect(() => field.current?.focus(), [])

  const jump = async (name: string) => {
    setText(name)
    latest.current = name
    if (from === undefined || name === '') return
    try {
      const { index, count } = await view.source.find(from.level, name)
      // Replies may arrive out of order. Only the one for the current text counts.
      if (latest.current !== name || count === 0) return
      view.focusAt({ level: from.level, index: Math.min(index, count - 1) }, 'center')
    } catch (error) {
      view.source.state.fail(error)
    }
  }
  const level = from?.level
  const back = () => {
    const place = from && view.source.state.model.settle(from)
    if (place !== undefined) view.focusAt(place)
    onDone(true)
  }

  return (
    <div className={styles['jump']}>
      <input
        ref={field}
        aria-label="Jump to name"
        placeholder="Jump to name"
        className={styles['field']}
        value={text}
        spellCheck={false}
        autoComplete="off"
        onChange={event => void jump(event.target.value)}
        onBlur={event => {
          if (document.activeElement !== event.target) onDone(false)
        }}
        onKeyDown={event => {
          event.stopPropagation()
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') onDone(true)
          else if (event.key === 'Escape') back()
        }}
      />
      {level !== undefined && (
        <span className={styles['place']} title={level.prefix}>
          {positionText(view, level.state.count)} in {level.prefix}
        </span>
      )}
    </div>
  )
}

function positionText(view: TreeView, count: number): string {
  const { focus } = view
  const accuracy = focus?.level.state.accuracy ?? 'exact'
  const all = formatCount(count, accuracy)
  return focus === undefined || focus.index === STATUS_ROW
    ? all
    : `${formatCount(focus.index + 1, 'exact')} of ${all}`
}
