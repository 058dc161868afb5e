import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import type { TextStorage } from '../../api/host-storage.ts'
import { formatExactBytes } from '../../ui/format.ts'
import { showToast } from '../../ui/toasts.tsx'
import { Bars } from './bars.tsx'
import type { JsonMistake } from './editor/value-text-editor.tsx'
import styles from './key-tab.module.css'
import { type KeyTabRequest, KeyToolbar, type TabMode } from './key-toolbar.tsx'
import { hasSomethingToPut, type OpenValue } from './model/document.ts'
import { DRAFT_LIMITS, DraftStore, draftId } from './model/drafts.ts'
import { chipsOf, factsOf, type ShownAs, shownAs, type ValueFacts, type View } from './model/value-facts.ts'
import { ValueModel } from './model/value-model.ts'
import { TEXT_PAGE, wholeCharacters } from './paged/text-pages.ts'
import { ValueBody } from './value-body.tsx'

export { loadEditors } from './value-body.tsx'

interface KeyTabActions {
  put(): Promise<void>
  /** Drops the edits and offers to bring them back. */
  revert(): void
  /** Drops the edits. */
  discard(): void
}

export interface KeyTabProps {
  readonly client: Client
  /** Where drafts are kept. */
  readonly storage: TextStorage
  readonly session: SessionInfo
  readonly keyText: string
  readonly view: View
  readonly onViewChange: (view: View) => void
  readonly onDirtyChange: (isDirty: boolean) => void
  readonly onRequest: (request: KeyTabRequest) => void
  /** Called with the tab's commands, and with `undefined` when it closes. `put` also resolves if it failed. */
  readonly registerActions: (actions: KeyTabActions | undefined) => void
  /** Whether the value is to have the keyboard as soon as it is shown. */
  readonly isFocusWanted: boolean
  /** Called once that is seen to. */
  readonly onFocusTaken: () => void
}

/** Shows and edits the value of one key, byte for byte. */
export function KeyTab(props: KeyTabProps) {
  const { client, storage, session, keyText, view } = props
  const { onViewChange, onDirtyChange, onRequest, registerActions, isFocusWanted, onFocusTaken } = props
  const model = useValueModel(client, storage, session, keyText)
  const { document, task, offeredDraft } = useSyncExternalStore(
    model.document.subscribe,
    model.document.getSnapshot,
  )
  const [wantedMode, setMode] = useState<TabMode>('edit')
  const [mistake, setMistake] = useState<JsonMistake>()
  const [target, setTarget] = useState<JsonMistake>()

  const open = document.phase === 'open' ? document : undefined
  const isDirty = open?.isDirty ?? false
  const lock = readOnlyReason(session)
  const canPut = lock === undefined && task === undefined && hasSomethingToPut(document)
  const base = open?.base
  const facts = useMemo(() => {
    if (base === undefined) return undefined
    const { bytes, isWhole } = base
    return factsOf(keyText, isWhole ? bytes : wholeCharacters(bytes.subarray(0, TEXT_PAGE)), isWhole)
  }, [keyText, base])
  const isMerging = wantedMode === 'merge' && open?.conflict?.type === 'changed'
  const isReplaced = open?.replacement !== undefined
  const isReviewing = isReplaced || (wantedMode === 'review' && isDirty)
  const mode = isMerging ? 'merge' : isReviewing ? 'review' : 'edit'

  const put = useCallback(async () => {
    if (lock === undefined) await model.put()
  }, [model, lock])
  const putNow = useCallback(() => void put(), [put])

  const revert = useRevert(model)

  useEffect(() => {
    registerActions({ put, revert, discard: () => model.revert() })
    return () => registerActions(undefined)
  }, [registerActions, put, revert, model])

  useFocusOnce(model, isFocusWanted, onFocusTaken)

  useEffect(() => {
    onDirtyChange(isDirty)
  }, [onDirtyChange, isDirty])

  return (
    <div className={styles['tab']}>
      <KeyToolbar
        model={model}
        view={view}
        document={document}
        lock={lock}
        canPut={canPut}
        isBusy={task !== undefined}
        mode={mode}
        onMode={setMode}
        onPut={putNow}
        onRevert={revert}
        onViewChange={onViewChange}
        onRequest={onRequest}
      />
      {open !== undefined && facts !== undefined && (
        <ChipLine
          shown={shownAs(view, facts)}
          facts={facts}
          open={open}
          lock={lock}
          mistake={mistake}
          onMistake={() => setTarget(mistake && { ...mistake })}
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
      <ValueBody
        key={keyText}
        model={model}
        document={document}
        shown={facts === undefined ? 'text' : shownAs(view, facts)}
        facts={facts}
        isReadOnly={lock !== undefined || task !== undefined || isReplaced}
        mode={mode}
        onMode={setMode}
        onPut={putNow}
        onMistake={setMistake}
        target={target}
      />
    </div>
  )
}

/** Gives the keyboard to the value once it is shown, unless the person does something else until then. */
function useFocusOnce(model: ValueModel, isWanted: boolean, onTaken: () => void): void {
  useEffect(() => {
    if (!isWanted) return
    let isUntouched = true
    const touched = () => {
      isUntouched = false
    }
    for (const type of ['keydown', 'pointerdown']) {
      window.addEventListener(type, touched, { once: true, capture: true })
    }
    model.document.focusOnce(() => isUntouched)
    onTaken()
  }, [model, isWanted, onTaken])
}

/** Drops the edits, says so, and offers to bring them back while the value is open. */
function useRevert(model: ValueModel): () => void {
  const dismiss = useRef<() => void>(null)
  useEffect(() => () => dismiss.current?.(), [model])
  return useCallback(() => {
    const bringBack = model.revert()
    if (bringBack === undefined) return
    const undo = () => {
      bringBack()
      model.document.focusEditor()
    }
    dismiss.current = showToast({
      tone: 'info',
      message: `Dropped the edits of "${model.address.key}"`,
      action: { label: 'Undo', run: undo },
    })
    // Undo works by keyboard there as well.
    model.document.focusEditor()
  }, [model])
}

export interface ChipLineProps {
  readonly shown: ShownAs
  readonly facts: ValueFacts
  readonly open: OpenValue
  readonly lock: string | undefined
  readonly mistake: JsonMistake | undefined
  /** Goes to the mistake. */
  readonly onMistake: () => void
}

/** How the bytes were decoded, and the state of the edits. */
export function ChipLine({ shown, facts, open, lock, mistake, onMistake }: ChipLineProps) {
  return (
    <div className={styles['chipLine']}>
      <ul aria-label="Decoding" className={styles['chips']}>
        {chipsOf(shown, facts).map(chip => (
          <li key={chip}>{chip}</li>
        ))}
      </ul>
      <span>{formatExactBytes(open.base.stat?.size ?? 0)}</span>
      {mistake !== undefined && (
        <button type="button" className={styles['mistake']} onClick={onMistake}>
          Line {mistake.line}, column {mistake.column}: {mistake.message}
        </button>
      )}
      <span role="status" className={styles['state']}>
        {stateOf(open, lock)}
      </span>
    </div>
  )
}

function stateOf({ isPutting, isDirty, base, replacement }: OpenValue, lock: string | undefined): string {
  if (isPutting) return 'Putting…'
  const isKept = (replacement?.size ?? base.bytes.length) <= DRAFT_LIMITS.bytes
  const kept = isKept ? '' : ', too large to be kept as a draft'
  const file = replacement === undefined ? undefined : `Put writes ${replacement.name} in its place${kept}`
  const unsaved = `Unsaved changes${kept}`
  const edits = file ?? (base.stat === undefined ? 'New, not put yet' : isDirty ? unsaved : '')
  return [lock, edits].filter(part => part !== undefined && part !== '').join(' · ')
}

/** The model of the value at `keyText`, loaded and watched while the tab is there. */
export function useValueModel(
  client: Client,
  storage: TextStorage,
  session: SessionInfo,
  keyText: string,
): ValueModel {
  const [known, setKnown] = useState(() => createModel(client, storage, session, keyText))
  let model = known
  const { address } = known
  if (known.client !== client || address.session !== session.id || address.key !== keyText) {
    model = createModel(client, storage, session, keyText, known)
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
  previous?: ValueModel,
): ValueModel {
  const drafts = { store: new DraftStore(storage), id: draftId(session.source, key) }
  return new ValueModel(client, { session: session.id, key }, drafts, previous)
}

/** Why nothing can be written through this session, or `undefined` when it can. */
export function readOnlyReason(session: Pick<SessionInfo, 'isReadOnly' | 'isWritable'>): string | undefined {
  if (!session.isWritable) return 'Read-only: this stack takes no writes'
  return session.isReadOnly ? 'Read-only: the stack is locked' : undefined
}
