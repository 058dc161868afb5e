import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import styles from './key-tree.module.css'
import { useTreeOptions } from './tree-options.ts'
import { TreeWindow, type TreeWindowProps } from './tree-window.tsx'
import { CurrentView } from './view/current-view.ts'

export type KeyTreeProps = Omit<TreeWindowProps, 'view'>

/** The tree "Keys" of a session. */
export function KeyTree({ client, session, ...props }: KeyTreeProps) {
  const [current] = useState(() => new CurrentView())
  const isCompact = useTreeOptions(options => options.isCompact)
  // Another stack document in the same session means other data, and a new object with the same one does not.
  const stack = useMemo(() => JSON.stringify(session.document), [session.document])
  useEffect(
    () => current.show({ client, session: session.id, isCompact }),
    [current, client, session.id, stack, isCompact],
  )
  const view = useSyncExternalStore(current.subscribe, current.get)
  if (view?.session !== session.id) return <div className={styles['panel']} />
  return <TreeWindow view={view} client={client} session={session} {...props} />
}
