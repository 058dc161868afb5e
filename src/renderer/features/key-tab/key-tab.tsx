import {
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { flushSync } from 'react-dom'
import type { Stage } from '../../../core/values/pipeline.ts'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import type { TextStorage } from '../../api/host-storage.ts'
import { loadable } from '../../ui/loadable.tsx'
import { noWritesReason } from '../../ui/text/write-lock.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { Bars, Skeleton } from './bars.tsx'
import { ChipLine } from './chip-line.tsx'
import type { JsonTextError } from './editor/value-text-editor.tsx'
import { readWrap, toggleWrap } from './editor/wrap.ts'
import styles from './key-tab.module.css'
import { type KeyTabRequest, KeyToolbar, type TabMode } from './key-toolbar.tsx'
import { choiceOf, viewOf } from './model/decoding.ts'
import { hasSomethingToPut } from './model/document.ts'
import { DraftStore, draftId } from './model/drafts.ts'
import type { PutEvents } from './model/effects.ts'
import { shownAs } from './model/value-facts.ts'
import { ValueModel } from './model/value-model.ts'
import { loadEditors, ValueBody } from './value-body.tsx'

interface KeyTabActions {
  put(): Promise<void>
  /** Drops the edits and offers to bring them back. */
  revert(): void
  /** Drops the edits. */
  discard(): void
  /** Formats the value. @returns Whether it could be. */
  format(): boolean
  /** Shows stored bytes as an edit, and puts or reviews it. */
  take(bytes: Uint8Array, how: 'compare' | 'put'): Promise<void>
}

export interface KeyTabProps {
  readonly client: Client
  /** The storage of drafts. */
  readonly storage: TextStorage
  readonly session: SessionInfo
  readonly keyText: string
  /** The stages that the value is first shown by, with blanks between, or `auto`. */
  readonly view: string
  /** The pattern of keys that a choice of stages is remembered for. */
  readonly pattern: string
  readonly onViewChange: (view: string) => void
  readonly onDirtyChange: (isDirty: boolean) => void
  readonly onRequest: (request: KeyTabRequest) => void
  /** Called with the tab's commands, and with `undefined` when it closes. `put` also resolves if it failed. */
  readonly registerActions: (actions: KeyTabActions | undefined) => void
  /** Whether to focus the value as soon as it is shown. */
  readonly isFocusRequested: boolean
  /** Called once that has been handled. */
  readonly onFocusTaken: () => void
  /** Whether the versions of the key are to be shown. */
  readonly isHistoryRequested: boolean
  readonly onHistoryShown: () => void
  /** What the window has to say to a put. */
  readonly putEvents: PutEvents
  /** Where the value lives, shown next to its properties. */
  readonly places?: ReactNode
}

const HistoryPanel = loadable(
  'HistoryPanel',
  async () => (await import('./history/history-panel.tsx')).HistoryPanel,
)

/** Loads the code of all that a tab may show, so that nothing waits for it. */
export async function loadAll(): Promise<void> {
  await Promise.all([loadEditors(), HistoryPanel.load()])
}

/** Shows and edits the value of one key, byte for byte. */
export function KeyTab(props: KeyTabProps) {
  const { client, storage, session, keyText, view, pattern } = props
  const { onViewChange, onDirtyChange, onRequest, registerActions, isFocusRequested, onFocusTaken } = props
  const { isHistoryRequested, onHistoryShown, putEvents, places } = props
  const model = useValueModel(client, storage, session, keyText, view)
  const { document, task, offeredDraft } = useSyncExternalStore(
    model.document.subscribe,
    model.document.getSnapshot,
  )
  const [wantedMode, setMode] = useState<TabMode>('edit')
  const [jsonError, setJsonError] = useState<JsonTextError>()
  const [target, setTarget] = useState<JsonTextError>()
  useState(() => readWrap(storage))

  const open = document.phase === 'open' ? document : undefined
  const isDirty = open?.isDirty ?? false
  const lock = readOnlyReason(session)
  const canPut = lock === undefined && task === undefined && hasSomethingToPut(document)
  const isMerging = wantedMode === 'merge' && open?.conflict?.type === 'changed'
  const isReplaced = open?.replacement !== undefined
  const isReviewing = isReplaced || (wantedMode === 'review' && isDirty)
  const isHistory = wantedMode === 'history'
  const mode = isHistory ? 'history' : isMerging ? 'merge' : isReviewing ? 'review' : 'edit'

  const put = useCallback(async () => {
    if (lock === undefined) await model.put()
  }, [model, lock])
  const putNow = useCallback(() => void put(), [put])

  const revert = useRevert(model)

  const [isDecoding, setDecoding] = useState(false)
  const choose = useCallback(
    async (choice: readonly Stage[]) => {
      setDecoding(true)
      const isShown = await model.choose(choice)
      setDecoding(false)
      if (isShown) onViewChange(viewOf(choice))
    },
    [model, onViewChange],
  )

  useEffect(() => {
    registerActions({
      put,
      revert,
      discard: () => model.revert(),
      format: () => model.document.format(),
      take: async (bytes, how) => {
        // What was not taken must not put other edits.
        if (!(await model.take(bytes))) return
        if (how === 'put') await put()
        else setMode('review')
      },
    })
    return () => registerActions(undefined)
  }, [registerActions, put, revert, model])

  useFocusOnce(model, isFocusRequested, onFocusTaken)

  useEffect(() => {
    model.effects.setEvents(putEvents)
  }, [model, putEvents])

  if (isHistoryRequested && !isHistory) setMode('history')
  useEffect(() => {
    if (isHistoryRequested) onHistoryShown()
  }, [isHistoryRequested, onHistoryShown])

  useEffect(() => {
    onDirtyChange(isDirty)
  }, [onDirtyChange, isDirty])

  return (
    <div className={styles['tab']}>
      <KeyToolbar
        model={model}
        pattern={pattern}
        document={document}
        lock={lock}
        canPut={canPut}
        isBusy={task !== undefined}
        mode={mode}
        onMode={setMode}
        onPut={putNow}
        onRevert={revert}
        onWrap={() => toggleWrap(storage)}
        hasJsonError={jsonError !== undefined}
        onChoose={choice => void choose(choice)}
        onRequest={onRequest}
      />
      {open !== undefined && (
        <ChipLine
          remembered={view === 'auto' ? undefined : pattern}
          open={open}
          lock={lock}
          isDecoding={isDecoding}
          places={places}
          jsonError={jsonError}
          onJsonError={() => setTarget(jsonError && { ...jsonError })}
        />
      )}
      <Bars
        model={model}
        document={document}
        task={task}
        draft={offeredDraft}
        isLocked={lock !== undefined}
        mode={mode}
        onMode={setMode}
      />
      {mode === 'history' && (
        <div className={styles['body']}>
          <Suspense fallback={<Skeleton />}>
            <HistoryPanel
              client={client}
              address={model.address}
              lock={lock}
              onRestored={putEvents.put}
              onClose={() => {
                // What is hidden takes no focus.
                flushSync(() => setMode('edit'))
                model.document.focusEditor()
              }}
            />
          </Suspense>
        </div>
      )}
      <div className={styles['body']} hidden={mode === 'history'}>
        <ValueBody
          key={keyText}
          model={model}
          document={document}
          shown={open === undefined ? 'text' : shownAs(open.base)}
          isReadOnly={lock !== undefined || task !== undefined || isReplaced}
          mode={mode}
          onMode={setMode}
          onPut={putNow}
          onJsonError={setJsonError}
          target={target}
        />
      </div>
    </div>
  )
}

/** Focuses the value once it is shown, unless the user does something else before. */
function useFocusOnce(model: ValueModel, isRequested: boolean, onTaken: () => void): void {
  useEffect(() => {
    if (!isRequested) return
    let isUntouched = true
    const touched = () => {
      isUntouched = false
    }
    for (const type of ['keydown', 'pointerdown']) {
      window.addEventListener(type, touched, { once: true, capture: true })
    }
    model.document.focusOnce(() => isUntouched)
    onTaken()
  }, [model, isRequested, onTaken])
}

/** Drops the edits and shows a message with an undo action, which works while the value is open. */
function useRevert(model: ValueModel): () => void {
  const dismiss = useRef<() => void>(null)
  useEffect(() => () => dismiss.current?.(), [model])
  return useCallback(() => {
    const restoreEdits = model.revert()
    if (restoreEdits === undefined) return
    const undo = () => {
      restoreEdits()
      model.document.focusEditor()
    }
    dismiss.current = showToast({
      tone: 'info',
      message: `Dropped the edits of "${model.address.key}"`,
      action: { label: 'Undo', run: undo },
    })
    // Keyboard undo works there as well.
    model.document.focusEditor()
  }, [model])
}

/** The model of the value at `keyText`, loaded and watched while the tab is there. */
export function useValueModel(
  client: Client,
  storage: TextStorage,
  session: SessionInfo,
  keyText: string,
  view: string,
): ValueModel {
  const [known, setKnown] = useState(() => createModel(client, storage, session, keyText, view))
  let model = known
  const { address } = known
  if (known.client !== client || address.session !== session.id || address.key !== keyText) {
    model = createModel(client, storage, session, keyText, view, known)
    setKnown(model)
  }

  useEffect(() => model.start(), [model])

  useEffect(() => {
    const check = () => {
      if (!document.hidden) void model.check()
    }
    const flush = () => model.drafts.flush()
    window.addEventListener('focus', check)
    window.addEventListener('pagehide', flush)
    return () => {
      window.removeEventListener('focus', check)
      window.removeEventListener('pagehide', flush)
    }
  }, [model])

  // The session may run another stack now, with another value at this key.
  useEffect(() => {
    if (model.document.state.phase === 'open') void model.check()
  }, [model, session.document])

  return model
}

function createModel(
  client: Client,
  storage: TextStorage,
  session: SessionInfo,
  key: string,
  view: string,
  previous?: ValueModel,
): ValueModel {
  const drafts = { store: new DraftStore(storage), id: draftId(session.source, key) }
  return new ValueModel(client, { session: session.id, key }, drafts, { previous, choice: choiceOf(view) })
}

/** Why nothing can be written through this session, or `undefined` when it can. */
export function readOnlyReason(session: Pick<SessionInfo, 'isReadOnly' | 'isWritable'>): string | undefined {
  const why = noWritesReason(session)
  return why === undefined ? undefined : `Read-only: ${why}`
}
