import type { ReactNode } from 'react'
import { ChangeBadge, type NodeChange } from '../../ui/change-badge.tsx'
import { KindIcon } from '../../ui/kind-icon.tsx'
import type { NodeState } from './highlighted-path.ts'
import { NODE_HEIGHT, type PlacedNode } from './layout.ts'
import styles from './stack-drawing.module.css'

interface DrawnBoxProps {
  readonly node: PlacedNode
  /** Its accessible name. */
  readonly name: string
  /** Below its label. */
  readonly detail: string
  readonly title: string | undefined
  readonly state: NodeState
  readonly isCopy?: boolean
  readonly change?: NodeChange | undefined
  readonly isChosen: boolean
  readonly isDragged?: boolean
  /** Whether a dragged node would be dropped on it. */
  readonly isDrop?: boolean
  /** The id of what it shows or hides. */
  readonly controls?: string
  /** Below the box. */
  readonly marks?: ReactNode
  readonly onPress: () => void
}

/** One node of a drawing: a button with its icon, label and detail. One that is removed is nothing to press. */
export function DrawnBox(props: DrawnBoxProps) {
  const {
    node,
    name,
    detail,
    title,
    state,
    isCopy = false,
    change,
    isChosen,
    isDragged = false,
    isDrop = false,
    controls,
    marks,
    onPress,
  } = props
  const shared = {
    title,
    className: styles['node'],
    'data-state': state,
    'data-copy': isCopy,
    'data-change': change,
    'data-dragged': isDragged,
    'data-drop': isDrop,
    style: { height: NODE_HEIGHT },
  }
  const content = (
    <>
      <KindIcon kind={node.kind} isFilled />
      <span className={styles['words']}>
        <span className={styles['label']}>{node.label}</span> <span className={styles['kind']}>{detail}</span>
      </span>
    </>
  )
  return (
    <li className={styles['place']} style={{ left: node.x, top: node.y, width: node.width }}>
      {change === 'removed' ? (
        <div role="img" aria-label={name} {...shared}>
          {content}
        </div>
      ) : (
        <button
          type="button"
          aria-label={name}
          aria-pressed={isChosen}
          aria-controls={controls}
          data-node={node.id}
          onClick={onPress}
          {...shared}
        >
          {content}
        </button>
      )}
      {change !== undefined && (
        <div aria-hidden className={styles['change']}>
          <ChangeBadge change={change} />
        </div>
      )}
      {marks}
    </li>
  )
}
