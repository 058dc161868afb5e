import type { ReactNode } from 'react'
import { KindIcon } from '../../ui/kind-icon.tsx'
import { NODE_HEIGHT, type PlacedNode } from './layout.ts'
import type { NodeState } from './lit-path.ts'
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
  readonly isChosen: boolean
  /** The id of what it shows or hides. */
  readonly controls?: string
  /** Below the box. */
  readonly marks?: ReactNode
  readonly onPress: () => void
}

/** One node of a drawing: a button with its icon, label and detail. */
export function DrawnBox(props: DrawnBoxProps) {
  const { node, name, detail, title, state, isCopy = false, isChosen, controls, marks, onPress } = props
  return (
    <li className={styles['place']} style={{ left: node.x, top: node.y, width: node.width }}>
      <button
        type="button"
        aria-label={name}
        aria-pressed={isChosen}
        aria-controls={controls}
        title={title}
        className={styles['node']}
        data-state={state}
        data-copy={isCopy}
        style={{ height: NODE_HEIGHT }}
        onClick={onPress}
      >
        <KindIcon kind={node.kind} isFilled />
        <span className={styles['words']}>
          <span className={styles['label']}>{node.label}</span>{' '}
          <span className={styles['kind']}>{detail}</span>
        </span>
      </button>
      {marks}
    </li>
  )
}
