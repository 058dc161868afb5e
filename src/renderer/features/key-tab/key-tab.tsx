import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { Bars } from './bars/bars.tsx'
import { ChipLine } from './chip-line.tsx'
import type { JsonMistake } from './editor/json-lint.ts'
import styles from './key-tab.module.css'
import { type KeyTabRequest, KeyToolbar } from './key-toolbar.tsx'
import { hasSomethingToPut } from './model/document-state.ts'
import { factsOf, shownAs, type View } from './model/value-facts.ts'
import { TEXT_PAGE, wholeCharacters } from './paged/text-pages.ts'
import { readOnlyReason } from './read-only-reason.ts'
import type { TabMode } from './tab-mode.ts'
import { useValueModel } from './use-value-model.ts'
import { ValueBody } from './value-body.tsx'

export { loadEditors } from './value-body.tsx'

export interface KeyTabProps {
  readonly client: Client
  readonly session: SessionInfo
  readonly keyText: string
  readonly view: View
  readonly onViewChange: (view: View) => void
  readonly onDirtyChange: (isDirty: boolean) => void
  readonly onRequest: (request: KeyTabRequest) => void
  /** Given the tab's commands while it is there; `put` resolves also when it failed, the edits being kept then. */
  readonly registerActions: (actions: { put(): Promise<void>; revert(): void } | undefined) => void
}

/** One key: its value to see and edit, byte for byte. */
export function KeyTab(props: KeyTabProps) {
  const { client, session, keyText, view, onViewChange, onDirtyChange, onRequest, registerActions } = props
  const model = useValueModel(client, session, keyText)
  const { document, task, offeredDraft } = useSyncExternalStore(
    model.state.subscribe,
    model.state.getSnapshot,
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
  const mode = isMerging ? 'merge' : wantedMode === 'review' && isDirty ? 'review' : 'edit'

  const put = useCallback(async () => {
    if (lock === undefined) await model.put()
  }, [model, lock])
  const putNow = useCallback(() => void put(), [put])

  useEffect(() => {
    registerActions({ put, revert: () => model.revert() })
    return () => registerActions(undefined)
  }, [registerActions, put, model])

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
        isReadOnly={lock !== undefined || task !== undefined}
        mode={mode}
        onMode={setMode}
        onPut={putNow}
        onMistake={setMistake}
        target={target}
      />
    </div>
  )
}
