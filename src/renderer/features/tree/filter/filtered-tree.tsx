import { useRef, useState } from 'react'
import { KeyTree, type KeyTreeProps } from '../key-tree.tsx'
import styles from './filter.module.css'
import { FilterField } from './filter-field.tsx'
import { type FilterText, NO_FILTER, useHits } from './use-hits.ts'

/** The tree "Keys" below its filter. While something is typed there, it shows the keys that match and what leads to them. */
export function FilteredTree(props: Omit<KeyTreeProps, 'hits'>) {
  const { client, session, reveal } = props
  const panel = useRef<HTMLDivElement>(null)
  const [filter, setFilter] = useState<FilterText>(NO_FILTER)
  const { tree, search } = useHits(client, session.id, filter)
  const [revealed, setRevealed] = useState(reveal?.serial)
  if (reveal !== undefined && revealed !== reveal.serial) {
    setRevealed(reveal.serial)
    // What is to be shown has to be in the tree.
    if (tree?.has(reveal.key) === false) setFilter(before => ({ ...before, text: '' }))
  }
  return (
    <div ref={panel} className={styles['panel']}>
      <FilterField
        filter={filter}
        onChange={setFilter}
        search={search}
        onLeave={() => panel.current?.querySelector<HTMLElement>('[role="tree"]')?.focus()}
      />
      <KeyTree {...props} hits={tree} />
    </div>
  )
}
