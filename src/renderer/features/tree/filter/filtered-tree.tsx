import { useRef, useState } from 'react'
import { KeyTree, type KeyTreeProps } from '../key-tree.tsx'
import styles from './filter.module.css'
import { FilterField } from './filter-field.tsx'
import { type FilterText, NO_FILTER, useHits } from './use-hits.ts'

/**
 * The tree "Keys" below its filter. While the filter has text, it shows the matching keys and the branches above them.
 */
export function FilteredTree(props: Omit<KeyTreeProps, 'hits'>) {
  const { client, session, reveal } = props
  const panel = useRef<HTMLDivElement>(null)
  const [filter, setFilter] = useState<FilterText>(NO_FILTER)
  const { tree, search } = useHits(client, session.id, filter)
  const [revealed, setRevealed] = useState(reveal?.serial)
  if (reveal !== undefined && revealed !== reveal.serial) {
    setRevealed(reveal.serial)
    // A key to reveal must be in the tree.
    if (tree?.has(reveal.key) === false) setFilter(before => ({ ...before, text: '' }))
  }
  return (
    <div ref={panel} className={styles['panel']}>
      <FilterField
        filter={filter}
        onChange={setFilter}
        search={search}
        onQuery={query => props.onRequest({ type: 'openQuery', query })}
        onLeave={() => panel.current?.querySelector<HTMLElement>('[role="tree"]')?.focus()}
      />
      <KeyTree {...props} hits={tree} />
    </div>
  )
}
