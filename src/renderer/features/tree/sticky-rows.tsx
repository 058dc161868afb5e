import styles from './sticky-rows.module.css'
import { indentOf, RowContent } from './tree-rows.tsx'
import { ROW_HEIGHT } from './view/scroll.ts'
import type { TreeView } from './view/tree-view.ts'

/** Copies of the ancestor rows of the first visible row. Hidden from assistive technology: the rows are in the tree. */
export function StickyRows({ view }: { readonly view: TreeView }) {
  const path = view.sticky
  if (path.length === 0) return null
  return (
    <div aria-hidden className={styles['sticky']}>
      <div className={styles['rows']}>
        {path.map((number, index) => {
          const row = view.describe(number)
          return (
            <div
              key={number}
              data-row={number}
              data-is-sticky
              className={styles['row']}
              style={{ top: index * ROW_HEIGHT, paddingLeft: indentOf(row.depth) }}
            >
              <RowContent view={row} />
            </div>
          )
        })}
      </div>
    </div>
  )
}
