import { memo, type ReactNode } from 'react'
import { splitSegment } from '../../../core/key.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './tree-row.module.css'
import type { KeyRowView, RowView } from './view/row-view.ts'
import { ROW_HEIGHT } from './view/scroll.ts'
import type { TreeView } from './view/tree-view.ts'

interface TreeRowsProps {
  readonly view: TreeView
  /** Prefix of the element ids of this tree. */
  readonly tree: string
  /** The key whose name is being edited, and what to edit it with. */
  readonly edited: string | undefined
  readonly editor: ReactNode
}

/**
 * The visible rows. Elements are reused as rows scroll. The focused row always has an element, visible or not, so that
 * `aria-activedescendant` always refers to one.
 */
export function TreeRows({ view, tree, edited, editor }: TreeRowsProps) {
  const { first, end } = view.range
  const { focusRow, poolSize } = view
  const shift = view.position.virtual - view.position.physical
  const numbers: number[] = []
  if (focusRow !== undefined && focusRow < first) numbers.push(focusRow)
  for (let number = first; number < end; number++) numbers.push(number)
  if (focusRow !== undefined && focusRow >= end) numbers.push(focusRow)
  return numbers.map(number => {
    const row = view.describe(number)
    const isEdited = edited !== undefined && row.type === 'key' && row.key === edited
    const isInRange = number >= first && number < end
    // The exact place of an invisible row does not matter, and a distant one could exceed the maximum element height.
    const drawnAt = Math.min(Math.max(first - 1, number), end)
    return (
      <TreeRow
        key={isEdited ? 'edited' : isInRange ? number % poolSize : 'focused'}
        view={row}
        tree={tree}
        number={number}
        top={drawnAt * ROW_HEIGHT - shift}
        isSelected={view.isChosen(number, row)}
        hasFocus={number === focusRow}
        editor={isEdited ? editor : undefined}
      />
    )
  })
}

interface TreeRowProps {
  readonly view: RowView
  /** Prefix of the element ids of this tree. */
  readonly tree: string
  readonly number: number
  /** Pixels from the top of the scrolled element. */
  readonly top: number
  readonly isSelected: boolean
  readonly hasFocus: boolean
  /** Takes the place of the name while it is edited. */
  readonly editor?: ReactNode
}

/** The deepest indented level. Deeper ones are not indented further, so that their names stay visible. */
const MAX_INDENT = 16

/** One row. Re-rendered only when its content changes. */
const TreeRow = memo(function TreeRow({
  view,
  tree,
  number,
  top,
  isSelected,
  hasFocus,
  editor,
}: TreeRowProps) {
  const isKey = view.type === 'key'
  const isOpenable = isKey && view.isBranch
  return (
    <div
      role="treeitem"
      id={rowId(tree, view)}
      aria-label={nameOf(view)}
      aria-level={view.depth}
      aria-posinset={view.position}
      aria-setsize={view.setSize}
      aria-selected={isSelected}
      aria-busy={view.type === 'pending' || view.type === 'loading' ? true : undefined}
      aria-expanded={isOpenable ? view.isOpen : undefined}
      aria-description={isKey && view.isValue && view.isBranch ? 'value and branch' : undefined}
      data-row={number}
      data-type={view.type}
      data-has-focus={hasFocus}
      draggable={isKey && editor === undefined}
      data-is-edited={editor !== undefined}
      className={styles['row']}
      style={{ top, paddingLeft: indentOf(view.depth) }}
    >
      <RowContent view={view} editor={editor} />
    </div>
  )
}, isSame)

export function RowContent({ view, editor }: { readonly view: RowView; readonly editor?: ReactNode }) {
  switch (view.type) {
    case 'key':
      return <KeyContent view={view} editor={editor} />
    case 'pending':
    case 'loading':
      return <span className={styles['skeleton']} />
    case 'empty':
      return <span className={styles['message']}>{view.message}</span>
    case 'failed':
      return (
        <>
          <span className={styles['failure']} title={view.message}>
            {view.message}
          </span>
          <span className={styles['retry']} data-part="retry">
            Retry
          </span>
        </>
      )
  }
}

function KeyContent({ view, editor }: { readonly view: KeyRowView; readonly editor?: ReactNode }) {
  const { isBranch, isValue, isOpen, detail } = view
  return (
    <>
      {isBranch && <span className={styles['toggle']} data-part="toggle" data-is-open={isOpen} />}
      {isValue && <span className={styles['mark']} data-is-branch={isBranch} />}
      {editor ?? <KeyName name={view.name} />}
      {detail !== '' && editor === undefined && <span className={styles['detail']}>{detail}</span>}
      {isBranch && editor === undefined && (
        <span className={styles['openBranch']} data-part="branch" title="Open as branch (Alt+Enter)" />
      )}
    </>
  )
}

function KeyName({ name }: { readonly name: string }) {
  const { type } = splitSegment(name.slice(name.lastIndexOf('/') + 1))
  const start = type === '' ? 0 : name.lastIndexOf(':') + 1
  return (
    <span className={styles['name']} title={name.slice(0, 1000)}>
      <bdi className={styles['type']}>{start > 0 && <VisibleText text={name.slice(0, start)} />}</bdi>
      <bdi>
        <VisibleText text={name.slice(start)} />
      </bdi>
    </span>
  )
}

export function rowId(tree: string, view: RowView): string {
  return `${tree}-${view.id}`
}

export function indentOf(depth: number): number {
  return 4 + Math.min(depth - 1, MAX_INDENT) * 14
}

function nameOf(view: RowView): string {
  switch (view.type) {
    case 'key':
      return view.name
    case 'pending':
      return 'Loading…'
    case 'failed':
      return `${view.message}. Retry with Enter`
    case 'empty':
    case 'loading':
      return view.message
  }
}

function isSame(before: TreeRowProps, after: TreeRowProps): boolean {
  return (
    before.tree === after.tree &&
    before.number === after.number &&
    before.top === after.top &&
    before.isSelected === after.isSelected &&
    before.hasFocus === after.hasFocus &&
    before.editor === after.editor &&
    hasSameFields(before.view, after.view)
  )
}

function hasSameFields(before: RowView, after: RowView): boolean {
  const fields = Object.keys(after) as (keyof RowView)[]
  return before.type === after.type && fields.every(field => before[field] === after[field])
}
