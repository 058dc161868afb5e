import { Download, PencilLine, Trash2, Upload } from 'lucide-react'
import { useRef } from 'react'
import { Button, IconButton } from '../../ui/button.tsx'
import styles from './key-tab.module.css'
import type { DocumentState } from './model/document.ts'
import type { View } from './model/value-facts.ts'
import type { ValueModel } from './model/value-model.ts'

/** What the main part of the tab shows: the editor, the edits beside the stored value, or both sides of a conflict. */
export type TabMode = 'edit' | 'review' | 'merge'

/** A request of the tab to the window. */
export interface KeyTabRequest {
  readonly type: 'delete' | 'rename'
  readonly key: string
}

interface KeyToolbarProps {
  readonly model: ValueModel
  readonly view: View
  readonly document: DocumentState
  /** Why nothing can be written, if so. */
  readonly lock: string | undefined
  readonly canPut: boolean
  readonly isBusy: boolean
  readonly mode: TabMode
  readonly onMode: (mode: TabMode) => void
  readonly onPut: () => void
  readonly onRevert: () => void
  readonly onViewChange: (view: View) => void
  readonly onRequest: (request: KeyTabRequest) => void
}

const VIEWS: readonly (readonly [View, string])[] = [
  ['auto', 'Auto'],
  ['text', 'Text'],
  ['json', 'JSON'],
  ['hex', 'Hex'],
]

/** The commands for the value. */
export function KeyToolbar(props: KeyToolbarProps) {
  const {
    model,
    view,
    document,
    lock,
    canPut,
    isBusy,
    mode,
    onMode,
    onPut,
    onRevert,
    onViewChange,
    onRequest,
  } = props
  const { key } = model.address
  const isOpen = document.phase === 'open'
  const isStored = isOpen && document.base.stat !== undefined
  const isDirty = isOpen && document.isDirty
  const isReplaced = isOpen && document.replacement !== undefined
  const canChange = lock === undefined && isStored && !isBusy
  return (
    <div role="group" aria-label="Value tools" className={styles['toolbar']}>
      <label className={styles['view']}>
        <span>View as</span>
        <select
          aria-label="View as"
          value={view}
          onChange={event => onViewChange(VIEWS.find(([id]) => id === event.target.value)?.[0] ?? 'auto')}
        >
          {VIEWS.map(([id, label]) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <div className={styles['edits']}>
        {isDirty && !isReplaced && (
          <Button
            variant="quiet"
            aria-pressed={mode === 'review'}
            onPress={() => onMode(mode === 'review' ? 'edit' : 'review')}
          >
            Review
          </Button>
        )}
        <Button variant="quiet" isDisabled={!isDirty || isBusy} onPress={onRevert}>
          Revert
        </Button>
        <Button variant={canPut ? 'primary' : 'plain'} isDisabled={!canPut} onPress={onPut}>
          Put
        </Button>
      </div>
      <div className={styles['icons']}>
        <IconButton
          label="Save to file…"
          icon={Download}
          isDisabled={!isStored || isBusy}
          onPress={() => void model.effects.saveToFile(fileName(key))}
        />
        <ReplaceFromFile model={model} isDisabled={!canChange || (isDirty && !isReplaced)} />
        <IconButton
          label="Rename key"
          icon={PencilLine}
          shortcut="F2"
          isDisabled={!canChange}
          onPress={() => onRequest({ type: 'rename', key })}
        />
        <IconButton
          label="Delete key"
          icon={Trash2}
          isDisabled={!canChange}
          onPress={() => onRequest({ type: 'delete', key })}
        />
      </div>
    </div>
  )
}

function ReplaceFromFile({
  model,
  isDisabled,
}: {
  readonly model: ValueModel
  readonly isDisabled: boolean
}) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton
        label="Replace from file…"
        icon={Upload}
        isDisabled={isDisabled}
        onPress={() => input.current?.click()}
      />
      <input
        ref={input}
        type="file"
        hidden
        aria-label="File to put"
        onChange={event => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file !== undefined) model.replaceWith(file)
        }}
      />
    </>
  )
}

/** The last segment, without characters that file systems do not allow. */
function fileName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1).replaceAll(/[\\:*?"<>|]/g, '_') || 'value'
}
