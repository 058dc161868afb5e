import { useEffect, useRef } from 'react'
import styles from './completion-field.module.css'
import type { Completion } from './completion-field.tsx'

interface OptionListProps<Item extends Completion> {
  readonly id: string
  readonly label: string
  readonly items: readonly Item[]
  /** Index of the active option; -1 for none. */
  readonly active: number
  readonly rows: number
  readonly emptyText: string
  readonly onChoose: (item: Item) => void
}

/** The options of a completion field. Focus stays in the field; the active option is told by its id. */
export function OptionList<Item extends Completion>(props: OptionListProps<Item>) {
  const { id, label, items, active, rows, emptyText, onChoose } = props
  const activeRef = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (active >= 0) activeRef.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const height = { height: `calc(${rows} * var(--row) + 8px)` }
  if (items.length === 0) {
    return (
      <div className={styles['list']} style={height}>
        <p className={styles['empty']}>{emptyText}</p>
      </div>
    )
  }
  return (
    <div id={id} role="listbox" aria-label={label} className={styles['list']} style={height}>
      {items.map((item, index) => (
        <div
          key={item.id}
          id={`${id}-${index}`}
          ref={index === active ? activeRef : null}
          role="option"
          aria-selected={index === active}
          aria-disabled={item.isDisabled ?? false}
          className={styles['option']}
          // The field keeps the focus.
          onMouseDown={event => event.preventDefault()}
          onClick={() => {
            if (item.isDisabled !== true) onChoose(item)
          }}
        >
          <span className={styles['icon']}>{item.icon}</span>
          <span className={styles['label']}>{item.label}</span>
          {item.detail !== undefined && <span className={styles['detail']}>{item.detail}</span>}
        </div>
      ))}
    </div>
  )
}
