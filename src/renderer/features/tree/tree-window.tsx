import { useId, useMemo, useState, useSyncExternalStore } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { EmptyTree } from './empty-tree.tsx'
import { JumpField } from './jump-field.tsx'
import styles from './key-tree.module.css'
import { NoticeBar } from './notice-bar.tsx'
import { StickyRows } from './sticky-rows.tsx'
import { TreeActions } from './tree-actions.ts'
import { BROWSING, type TreeMode, without } from './tree-mode.ts'
import { TreeOverlays } from './tree-overlays.tsx'
import type { TreeEvents } from './tree-request.ts'
import { rowId } from './tree-row.tsx'
import { TreeRows } from './tree-rows.tsx'
import { useRenameEditor } from './use-rename-editor.tsx'
import { useReveal } from './use-reveal.ts'
import { useSelection } from './use-selection.ts'
import { belowRow, useTreeInput } from './use-tree-input.ts'
import { useViewport } from './use-viewport.ts'
import type { TreeView } from './view/tree-view.ts'

export interface TreeWindowProps extends TreeEvents {
  readonly view: TreeView
  readonly client: Client
  readonly session: SessionInfo
  /** A key to select and scroll to, opening levels as needed; another serial asks again. */
  readonly reveal?: { readonly key: string; readonly serial: number } | undefined
  /** The row with the focus changed. */
  readonly onSelect: (
    key: string | undefined,
    row: { readonly isValue: boolean; readonly isBranch: boolean } | undefined,
  ) => void
}

/** The rows in sight, and all that can be done with them. */
export function TreeWindow({ view, client, session, reveal, onOpen, onRequest, onSelect }: TreeWindowProps) {
  useSyncExternalStore(view.subscribe, view.revision)
  const tree = useId()
  const scroller = useViewport(view)
  const [mode, setMode] = useState<TreeMode>(BROWSING)
  const [notice, setNotice] = useState<string>()
  const actions = useMemo(
    () => new TreeActions({ view, client, session, onOpen, onRequest, onNotice: setNotice }),
    [view, client, session, onOpen, onRequest],
  )
  const input = useTreeInput(actions, setMode)
  const focusTree = () => scroller.current?.focus({ preventScroll: true })
  const editor = useRenameEditor({
    actions,
    mode,
    setMode,
    focusTree,
    belowRow: () => belowRow(scroller.current),
  })
  useSelection(view.focused, onSelect)
  useReveal(view, reveal, key => setNotice(`There is no key ${key}`))

  const { focused, source } = view
  const { model, failure } = source.state
  const isEmpty = view.rows === 0 && model.root.load.type === 'ready'
  return (
    <div className={styles['panel']}>
      {mode.type === 'jump' && (
        <JumpField
          view={view}
          onDone={isFocusKept => {
            setMode(without('jump'))
            if (isFocusKept) focusTree()
          }}
        />
      )}
      {isEmpty && <EmptyTree isReadOnly={session.isReadOnly} onNewKey={() => actions.newKey(undefined)} />}
      <div
        ref={scroller}
        role="tree"
        aria-label="Keys"
        aria-activedescendant={focused === undefined ? undefined : rowId(tree, focused)}
        aria-busy={model.root.load.type === 'loading'}
        tabIndex={0}
        className={styles['tree']}
        {...input}
      >
        <StickyRows view={view} />
        <div role="none" className={styles['rows']} style={{ height: view.height }}>
          <TreeRows
            view={view}
            tree={tree}
            edited={mode.type === 'rename' ? mode.key : undefined}
            editor={editor}
          />
        </div>
      </div>
      <TreeOverlays actions={actions} session={session} mode={mode} setMode={setMode} />
      {failure !== undefined ? (
        <NoticeBar text={failure} onRetry={() => actions.retry()} onDismiss={() => source.forgive()} />
      ) : (
        notice !== undefined && <NoticeBar text={notice} onDismiss={() => setNotice(undefined)} />
      )}
    </div>
  )
}
