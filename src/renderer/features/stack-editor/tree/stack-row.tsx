import { Box, ChevronDown, ChevronRight, CircleAlert, Layers2, TriangleAlert } from 'lucide-react'
import { memo } from 'react'
import type { Point } from './point.ts'
import styles from './stack-tree.module.css'

/** What a person can do to a row with the pointer. */
export type RowAction = { readonly type: 'select' | 'toggle' } | { readonly type: 'menu'; readonly at: Point }

export interface StackRowProps {
  readonly id: string
  readonly nodeId: string
  readonly title: string
  readonly detail: string
  readonly help: string | undefined
  readonly takesChildren: boolean
  readonly level: number
  readonly position: number
  readonly size: number
  readonly isExpanded: boolean | undefined
  readonly isSelected: boolean
  readonly errors: number
  readonly warnings: number
  /** Stays the same function, so that an edit draws only the rows that it changes. */
  readonly onAct: (nodeId: string, action: RowAction) => void
}

export const StackRow = memo(function StackRow(props: StackRowProps) {
  const { nodeId, title, detail, level, isExpanded, onAct } = props
  const Kind = props.takesChildren ? Layers2 : Box
  const Chevron = isExpanded === true ? ChevronDown : ChevronRight
  return (
    <div
      id={props.id}
      role="treeitem"
      aria-level={level}
      aria-posinset={props.position}
      aria-setsize={props.size}
      aria-selected={props.isSelected}
      {...(isExpanded !== undefined && { 'aria-expanded': isExpanded })}
      className={styles['row']}
      style={{ paddingLeft: `${4 + (level - 1) * 14}px` }}
      title={props.help}
      onClick={() => onAct(nodeId, { type: 'select' })}
      onContextMenu={event => {
        event.preventDefault()
        onAct(nodeId, { type: 'menu', at: { x: event.clientX, y: event.clientY } })
      }}
    >
      <span
        className={styles['chevron']}
        onClick={event => {
          event.stopPropagation()
          onAct(nodeId, { type: 'toggle' })
        }}
      >
        {isExpanded !== undefined && <Chevron size={14} aria-hidden />}
      </span>
      <Kind size={14} aria-hidden className={styles['icon']} />
      <span className={styles['title']}>{title}</span>
      {detail !== '' && <span className={styles['detail']}>{detail}</span>}
      <Marks errors={props.errors} warnings={props.warnings} />
    </div>
  )
})

function Marks({ errors, warnings }: Pick<StackRowProps, 'errors' | 'warnings'>) {
  const count = errors + warnings
  if (count === 0) return null
  const Icon = errors > 0 ? CircleAlert : TriangleAlert
  return (
    <span className={errors > 0 ? styles['errors'] : styles['warnings']}>
      <Icon size={13} aria-hidden />
      {count}
      <span className="visually-hidden">{count === 1 ? ' problem' : ' problems'}</span>
    </span>
  )
}
