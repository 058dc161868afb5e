import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import styles from './completion-field.module.css'
import fieldStyles from './field.module.css'

export interface Completion {
  readonly id: string
  readonly label: ReactNode
  /** Shown dimmed at the end of the row. */
  readonly detail?: string | undefined
  readonly icon?: ReactNode
  readonly isDisabled?: boolean
}

export interface Choosing {
  /** Whether Ctrl or Cmd was held, which opens the choice in another tab. */
  readonly isApart: boolean
}

interface CompletionFieldProps<Item extends Completion> {
  readonly label: string
  /** Names the list of options. */
  readonly listLabel: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly items: readonly Item[]
  /** Enter on an option, or a click on it. */
  readonly onChoose: (item: Item, how: Choosing) => void
  /** Called for Tab if there is a completion. Without it, Tab moves the focus. */
  readonly onComplete?: (item: Item) => void
  /** Enter while no option is active, or while the options are old and the user has moved to none of them. */
  readonly onSubmit?: (how: Choosing) => void
  /** Whether the options are those of an earlier text, because the ones of this text are not known yet. */
  readonly areItemsOld?: boolean
  /** Whether the first option is active from the start. */
  readonly isFirstActive?: boolean
  readonly placeholder?: string
  readonly isLabelHidden?: boolean
  readonly isMonospace?: boolean
  readonly autoFocus?: boolean
  readonly error?: string | undefined
  /** Shown in place of an empty list. */
  readonly emptyText: string
  /** Visible options; the list keeps this height. */
  readonly rows?: number
}

/** In a low window, what is below the list stays visible. */
const ROOM = 'max(calc(4 * var(--row) + 8px), calc(100dvh - 250px))'

/** A text field with a list of completions below it that the arrow keys reach without leaving the field. */
export function CompletionField<Item extends Completion>(props: CompletionFieldProps<Item>) {
  const { items, value, error, isFirstActive = false, rows = 8 } = props
  const id = useId()
  const [activeId, setActiveId] = useState<string>()
  const found = items.findIndex(item => item.id === activeId)
  const active = found < 0 && isFirstActive && items.length > 0 ? 0 : found
  const activeItem = items[active]

  function press(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return
    const next = nextOption(event.key, active, items.length)
    if (next !== undefined) {
      event.preventDefault()
      setActiveId(items[next]?.id)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      const how = { isApart: event.ctrlKey || event.metaKey }
      const isUnknown = props.areItemsOld === true && found < 0
      if (activeItem === undefined || isUnknown) props.onSubmit?.(how)
      else if (activeItem.isDisabled !== true) props.onChoose(activeItem, how)
    } else if (event.key === 'Tab' && !event.shiftKey && value !== '') {
      const completed = activeItem ?? items[0]
      if (props.onComplete === undefined || completed === undefined) return
      event.preventDefault()
      // A modal dialog would move the focus even if the default is prevented.
      event.stopPropagation()
      props.onComplete(completed)
    }
  }

  return (
    <div className={styles['field']}>
      <label
        htmlFor={`${id}-input`}
        className={props.isLabelHidden === true ? 'visually-hidden' : fieldStyles['label']}
      >
        {props.label}
      </label>
      <input
        id={`${id}-input`}
        className={`${fieldStyles['input']} ${props.isMonospace === true ? fieldStyles['mono'] : ''}`}
        role="combobox"
        aria-expanded={items.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={activeItem === undefined ? undefined : `${id}-list-${active}`}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        value={value}
        placeholder={props.placeholder}
        spellCheck={false}
        autoComplete="off"
        autoFocus={props.autoFocus ?? false}
        onChange={event => {
          setActiveId(undefined)
          props.onChange(event.target.value)
        }}
        onKeyDown={press}
      />
      {error !== undefined && (
        <p id={`${id}-error`} className={fieldStyles['error']} role="alert">
          {error}
        </p>
      )}
      <OptionList
        id={`${id}-list`}
        label={props.listLabel}
        items={items}
        active={active}
        rows={rows}
        emptyText={props.emptyText}
        onChoose={props.onChoose}
      />
    </div>
  )
}

interface OptionListProps<Item extends Completion> {
  readonly id: string
  readonly label: string
  readonly items: readonly Item[]
  /** Index of the active option; -1 for none. */
  readonly active: number
  readonly rows: number
  readonly emptyText: string
  readonly onChoose: (item: Item, how: Choosing) => void
}

/** The options of a completion field. The field keeps the focus and refers to the active option by id. */
function OptionList<Item extends Completion>(props: OptionListProps<Item>) {
  const { id, label, items, active, rows, emptyText, onChoose } = props
  const activeRef = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (active >= 0) activeRef.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  // Rows, padding and borders: one pixel less, and the list has a scroll bar.
  const height = { height: `min(calc(${rows} * var(--row) + 10px), ${ROOM})` }
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
          onClick={event => {
            if (item.isDisabled !== true) onChoose(item, { isApart: event.ctrlKey || event.metaKey })
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

/** Options that PageUp and PageDown move by. */
const PAGE = 8

/**
 * The option that a key moves to in a list of `count`, from `active` (-1: none); `undefined` for other keys. Arrow keys
 * wrap around.
 */
export function nextOption(key: string, active: number, count: number): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowDown':
      return active + 1 >= count ? 0 : active + 1
    case 'ArrowUp':
      return active <= 0 ? count - 1 : active - 1
    case 'PageDown':
      return Math.min(count - 1, active + PAGE)
    case 'PageUp':
      return Math.max(0, active - PAGE)
    default:
      return undefined
  }
}
