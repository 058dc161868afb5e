import {
  type RefObject,
  useEffect,
  useEffectEvent,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { Emitter } from '../../../core/concurrency/emitter.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { sourceName, type TextStorage } from '../../api/host-storage.ts'
import { Button } from '../../ui/button.tsx'
import { hiddenText } from '../../ui/keys/hidden-entries.ts'
import type { KeySelection } from '../../ui/keys/key-selection.ts'
import { howToWrite, noWritesReason } from '../../ui/text/write-lock.ts'
import { HitTree } from './filter/hit-tree.ts'
import { JumpField } from './jump-field.tsx'
import styles from './key-tree.module.css'
import { NoticeBar } from './notice-bar.tsx'
import { useRenameEditor } from './rename-field.tsx'
import { StickyRows } from './sticky-rows.tsx'
import { TreeActions, type TreeEvents } from './tree-actions.ts'
import { TreeOverlays } from './tree-overlays.tsx'
import { rowId, TreeRows } from './tree-rows.tsx'
import { BROWSING, belowRow, type TreeMode, useTreeInput, without } from './use-tree-input.ts'
import type { RowView } from './view/row-view.ts'
import { keptTree, StoredTree, useTreeOptions } from './view/tree-memory.ts'
import { TreeView, type TreeViewOptions } from './view/tree-view.ts'

export interface KeyTreeProps extends Omit<TreeWindowProps, 'view' | 'isFiltered'> {
  /** The storage of the tree's state between runs. */
  readonly storage?: TextStorage | undefined
  /** Shows only these keys. */
  readonly hits?: HitTree | undefined
}

/** The tree "Keys" of a session. */
export function KeyTree({ client, session, storage, hits, reveal, ...props }: KeyTreeProps) {
  const [current] = useState(() => new CurrentView())
  const isCompact = useTreeOptions(options => options.isCompact)
  // A changed stack document of the same session means other data; an equal document in a new object does not.
  const stack = useMemo(() => JSON.stringify(session.document), [session.document])
  const source = sourceName(session.source)
  useEffect(() => {
    const kept = hits ?? keptTree(session.id, storage && new StoredTree(storage, source))
    const shown = hits === undefined ? client : hits.client(client)
    return current.show({ client: shown, session: session.id, isCompact, kept })
  }, [current, client, session.id, stack, isCompact, storage, source, hits])
  useEffect(() => {
    const remember = (): void => current.get()?.remember()
    window.addEventListener('pagehide', remember)
    return () => window.removeEventListener('pagehide', remember)
  }, [current])
  const view = useSyncExternalStore(current.subscribe, current.get)
  if (view?.session !== session.id) return <div className={styles['panel']} />
  // A tree that is about to be replaced must not handle requests to reveal a key.
  const isLatest = hits === undefined ? !(view.kept instanceof HitTree) : view.kept === hits
  return (
    <TreeWindow
      view={view}
      client={client}
      session={session}
      isFiltered={hits !== undefined}
      reveal={isLatest ? reveal : undefined}
      {...props}
    />
  )
}

/** The tree that is shown. A new one of the same session replaces the old one once its state is restored. */
class CurrentView {
  readonly #changed = new Emitter()
  #shown: TreeView | undefined
  #latest: TreeView | undefined

  readonly subscribe = this.#changed.subscribe

  readonly get = (): TreeView | undefined => this.#shown

  /** @returns A function that ends the tree. It stays visible until the next one is shown. */
  show(options: TreeViewOptions): () => void {
    const view = new TreeView(options)
    this.#latest = view
    if (this.#shown?.session === options.session) {
      void view.restored.then(() => {
        if (this.#latest === view) this.#set(view)
      })
    } else this.#set(view)
    return () => {
      view.end()
      if (this.#latest === view) this.#latest = undefined
    }
  }

  #set(view: TreeView): void {
    this.#shown = view
    this.#changed.emit()
  }
}

interface RevealRequest {
  readonly key: string
  readonly serial: number
  /** Whether to rename the row once it is visible. */
  readonly isToRename?: boolean
}

interface TreeWindowProps extends TreeEvents {
  readonly view: TreeView
  readonly client: Client
  readonly session: SessionInfo
  /** Whether it shows only some of the keys. */
  readonly isFiltered: boolean
  /** A key to select and scroll to, opening levels as needed. A new serial repeats the request. */
  readonly reveal?: RevealRequest | undefined
  /** The row with the focus changed. */
  readonly onSelect: (
    key: string | undefined,
    row: { readonly isValue: boolean; readonly isBranch: boolean } | undefined,
  ) => void
  /** Other keys are chosen; none while only the row with the focus is. */
  readonly onChoose?: (chosen: KeySelection) => void
}

/** The visible rows, and all actions on them. */
function TreeWindow(props: TreeWindowProps) {
  const { view, client, session, isFiltered, reveal, onOpen, onRequest, onSelect, onChoose } = props
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
  const { chosen } = view
  useEffect(() => onChoose?.(chosen), [chosen, onChoose])
  useReveal(view, reveal, ({ key, isToRename = false }, isFound) => {
    if (!isFound) setNotice(`There is no key ${key}`)
    else if (isToRename && actions.isWritable('rename keys')) setMode({ type: 'rename', key })
  })

  useEffect(() => {
    // The tree may have been focused before it had rows.
    if (view.focus === undefined && document.activeElement === scroller.current) view.focusOn(0)
  })

  const { focused, source } = view
  const isLost = session.status.lost !== undefined
  useEffect(() => {
    if (!isLost) source.retry()
  }, [isLost, source])
  const { model, failure } = source.state
  const isEmpty = view.rows === 0 && model.root.load.type === 'ready' && !isFiltered
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
      {isEmpty && <EmptyTree session={session} onNewKey={() => actions.newKey(undefined)} />}
      <div
        ref={scroller}
        role="tree"
        aria-label="Keys"
        aria-multiselectable="true"
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
      <HiddenNote view={view} />
      <TreeOverlays actions={actions} session={session} mode={mode} setMode={setMode} />
      {/* That a server is away is said once, above. */}
      {failure !== undefined && !isLost ? (
        <NoticeBar text={failure} onRetry={() => actions.retry()} onDismiss={() => source.dismissFailure()} />
      ) : (
        notice !== undefined && <NoticeBar text={notice} onDismiss={() => setNotice(undefined)} />
      )}
    </div>
  )
}

/** Describes the entries of open levels that have no key: links, and names that are not Unicode. */
function HiddenNote({ view }: { readonly view: TreeView }) {
  const { levels, model } = view.source.state
  const texts = levels
    .within(model.root)
    .filter(level => level.state.hidden !== undefined && (level === model.root || level.row !== undefined))
    .map(({ prefix, state }) => state.hidden && hiddenText(prefix, state.hidden))
  if (texts.length === 0) return null
  return (
    <p role="note" aria-label="Not shown" className={styles['hidden']} title={texts.join('\n')}>
      <span>{texts.join('. ')}</span>
    </p>
  )
}

interface EmptyTreeProps {
  readonly session: SessionInfo
  readonly onNewKey: () => void
}

/** Shown in place of keys. */
function EmptyTree({ session, onNewKey }: EmptyTreeProps) {
  const why = noWritesReason(session)
  return (
    <div className={styles['empty']}>
      <p>There are no keys here yet.</p>
      {why === undefined ? (
        <Button onPress={onNewKey}>New key…</Button>
      ) : (
        <p>
          No key can be put: {why}. {howToWrite(session)}
        </p>
      )}
    </div>
  )
}

/**
 * Synchronizes the height and scroll position of the view with the scrolling element.
 * @returns The ref of the element.
 */
function useViewport(view: TreeView): RefObject<HTMLDivElement | null> {
  const scroller = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    view.setViewport(element.clientHeight)
    const observer = new ResizeObserver(() => view.setViewport(element.clientHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [view])

  /** The last scroll position that was the same in the view and in the element. */
  const agreed = useRef<number>(undefined)
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    // What is not shown has lost its place.
    if (element.clientHeight === 0) agreed.current = undefined
    const { physical } = view.position
    if (Math.abs(element.scrollTop - physical) >= 1) {
      // The user has scrolled, and the view has not received the event yet.
      if (agreed.current !== undefined && Math.abs(element.scrollTop - agreed.current) >= 1) return
      element.scrollTop = physical
    }
    agreed.current = element.scrollTop
  })

  return scroller
}

/**
 * Reveals a key each time one is requested.
 * @param onDone Called when it is visible, or cannot be.
 */
function useReveal(
  view: TreeView,
  reveal: RevealRequest | undefined,
  onDone: (request: RevealRequest, isFound: boolean) => void,
): void {
  const done = useRef<number>(undefined)
  const settle = useEffectEvent((isFound: boolean) => {
    if (reveal !== undefined) onDone(reveal, isFound)
  })
  const key = reveal?.key
  const serial = reveal?.serial
  useEffect(() => {
    if (key === undefined || serial === undefined || done.current === serial) return
    let isCancelled = false
    void view
      .reveal(key, 'center', () => isCancelled)
      .then(isFound => {
        if (isCancelled) return
        done.current = serial
        settle(isFound)
      })
    return () => {
      isCancelled = true
    }
  }, [view, key, serial])
}

type OnSelect = (
  key: string | undefined,
  row: { readonly isValue: boolean; readonly isBranch: boolean } | undefined,
) => void

/** Calls `onSelect` when another row gets the focus, or the focused row changes its type. */
function useSelection(focused: RowView | undefined, onSelect: OnSelect): void {
  const select = useEffectEvent(onSelect)
  const isKnown = focused?.type !== 'pending'
  const key = focused?.type === 'key' ? focused.key : undefined
  const isValue = focused?.type === 'key' && focused.isValue
  const isBranch = focused?.type === 'key' && focused.isBranch
  // A tree that is not loaded yet has no focus, which must not change the rest of the window.
  const hadFocus = useRef(false)
  useEffect(() => {
    hadFocus.current ||= key !== undefined
    if (isKnown && hadFocus.current) select(key, key === undefined ? undefined : { isValue, isBranch })
  }, [isKnown, key, isValue, isBranch])
}
