import { Plus, RotateCw } from 'lucide-react'
import { Fragment, useCallback, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Row } from '../../../shared/procedures/store.ts'
import type { Client } from '../../api/client.ts'
import type { JobList } from '../../api/host-state.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { formatCountOf, formatNumber } from '../../ui/format.ts'
import { hiddenText } from '../../ui/hidden-entries.ts'
import { EmptyState } from '../../ui/panels.tsx'
import styles from './branch-tab.module.css'
import { childKey, parentOf, pathTo } from './child-keys.ts'
import { ChildRows } from './child-rows.ts'
import { ChildSizes } from './child-sizes.ts'
import { ChildrenTable } from './children-table.tsx'
import { CountLine } from './count-line.tsx'
import { useCountJob } from './use-count-job.ts'

/** A request of the tab to the window. */
export type BranchTabRequest =
  | { readonly type: 'newKey'; readonly below: string }
  | { readonly type: 'delete'; readonly key: string; readonly isValue: boolean; readonly isBranch: boolean }
  | { readonly type: 'copyKey'; readonly key: string }

export interface BranchTabProps {
  readonly client: Client
  readonly jobs: JobList
  readonly session: SessionInfo
  readonly prefix: string
  readonly onOpen: (
    key: string,
    options: { readonly as: 'key' | 'branch'; readonly isPreview: boolean },
  ) => void
  readonly onRequest: (request: BranchTabRequest) => void
}

/** One branch: its children as a table. */
export function BranchTab({ client, jobs, session, prefix, onOpen, onRequest }: BranchTabProps) {
  const { id } = session
  const rows = useMemo(() => new ChildRows(client, id, prefix), [client, id, prefix])
  const { count, accuracy, failure, hidden, revision } = useSyncExternalStore(
    rows.subscribe,
    rows.getSnapshot,
  )
  const sizes = useMemo(() => new ChildSizes(client, id, prefix), [client, id, prefix])
  const counting = useCountJob(jobs, id, prefix)
  const isLocked = session.isReadOnly || !session.isWritable
  // Another stack may run under the same session by now: its children are read anew.
  useEffect(() => rows.start(), [rows, session.document])
  useEffect(() => sizes.start(), [sizes])

  const open = useCallback(
    (row: Row, as: 'key' | 'branch', isPreview: boolean) =>
      onOpen(childKey(prefix, row.name), { as, isPreview }),
    [onOpen, prefix],
  )
  const goUp = () => {
    const parent = parentOf(prefix)
    if (parent !== undefined) onOpen(parent, { as: 'branch', isPreview: true })
  }
  const newKey = (
    <Button
      variant="quiet"
      isDisabled={isLocked}
      onPress={() => onRequest({ type: 'newKey', below: prefix })}
    >
      <Plus size={14} aria-hidden /> New key here
    </Button>
  )

  return (
    <div className={styles['tab']}>
      <div className={styles['bar']}>
        <Path prefix={prefix} onOpen={onOpen} />
        <span role="status" className={styles['known']}>
          {count === undefined ? '' : formatCountOf(count, accuracy, 'child', 'children')}
        </span>
        {hidden !== undefined && (
          <span role="note" className={styles['known']} title={hiddenText(prefix, hidden)}>
            {formatNumber(hidden.count)} not shown
          </span>
        )}
        <CountLine count={counting} />
        {newKey}
        <IconButton label="Refresh" icon={RotateCw} onPress={() => void rows.refresh()} />
      </div>
      <div className={styles['body']}>
        {failure !== undefined ? (
          <EmptyState
            title={`The children of ${JSON.stringify(prefix)} could not be listed`}
            detail={failure.message}
          >
            <Button onPress={() => void rows.refresh()}>Retry</Button>
          </EmptyState>
        ) : count === 0 && accuracy === 'exact' ? (
          <EmptyState
            title="There are no keys here"
            detail={`Nothing stands below ${JSON.stringify(prefix)}.`}
          />
        ) : count === undefined ? (
          <div role="status" className={styles['skeleton']} aria-busy="true" aria-label="Loading" />
        ) : (
          <ChildrenTable
            rows={rows}
            sizes={sizes}
            count={count}
            revision={revision}
            onOpen={open}
            onDelete={({ name, isValue, isBranch }) =>
              onRequest({ type: 'delete', key: childKey(prefix, name), isValue, isBranch })
            }
            onCopy={row => onRequest({ type: 'copyKey', key: childKey(prefix, row.name) })}
            onUp={goUp}
          />
        )}
      </div>
    </div>
  )
}

function Path({ prefix, onOpen }: Pick<BranchTabProps, 'prefix' | 'onOpen'>) {
  const path = pathTo(prefix)
  return (
    <nav aria-label="Path" className={styles['path']}>
      {path.map(({ key, name }, index) => (
        <Fragment key={key}>
          {index > 1 && <span aria-hidden>/</span>}
          <button
            type="button"
            aria-current={index === path.length - 1 ? 'page' : undefined}
            onClick={() => onOpen(key, { as: 'branch', isPreview: true })}
          >
            {name}
          </button>
        </Fragment>
      ))}
    </nav>
  )
}
