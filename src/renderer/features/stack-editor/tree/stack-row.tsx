import { Box, ChevronDown, ChevronRight, CircleAlert, Layers2, TriangleAlert } from 'lucide-react'
import { nodeDetail, nodeTitle } from './node-title.ts'
import type { RowMarks } from './row-marks.ts'
import styles from './stack-tree.module.css'
import type { Row } from './visible-rows.ts'

export interface StackRowProps {
  readonly id: string
  readonly row: Row
  /** The text that the row's node was read from. */
  readonly text: string
  readonly marks: RowMarks
  readonly isSelected: boolean
  readonly onSelect: () => void
  readonly onToggle: () => void
  readonly onMenu: (anchor: Element) => void
}

export function StackRow({ id, row, text, marks, isSelected, onSelect, onToggle, onMenu }: StackRowProps) {
  const { node, level, position, size, isExpanded } = row
  const Kind = (node.info?.children ?? 'none') === 'none' ? Box : Layers2
  const Chevron = isExpanded === true ? ChevronDown : ChevronRight
  const detail = nodeDetail(node, text)
  const count = marks.errors + marks.warnings
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={size}
      aria-selected={isSelected}
      {...(isExpanded !== undefined && { 'aria-expanded': isExpanded })}
      className={styles['row']}
      style={{ paddingLeft: `${4 + (level - 1) * 14}px` }}
      title={node.info?.help}
      onClick={onSelect}
      onContextMenu={event => {
        event.preventDefault()
        onMenu(event.currentTarget)
      }}
    >
      <span
        className={styles['chevron']}
        onClick={event => {
          event.stopPropagation()
          onToggle()
        }}
      >
        {isExpanded !== undefined && <Chevron size={14} aria-hidden />}
      </span>
      <Kind size={14} aria-hidden className={styles['icon']} />
      <span className={styles['title']}>{nodeTitle(node)}</span>
      {detail !== '' && <span className={styles['detail']}>{detail}</span>}
      {count > 0 && (
        <span className={marks.errors > 0 ? styles['errors'] : styles['warnings']}>
          {marks.errors > 0 ? <CircleAlert size={13} aria-hidden /> : <TriangleAlert size={13} aria-hidden />}
          {count}
          <span className="visually-hidden">{count === 1 ? ' problem' : ' problems'}</span>
        </span>
      )}
    </div>
  )
}
