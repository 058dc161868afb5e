import { Braces, Download, History, PencilLine, Trash2, Upload, WrapText } from 'lucide-react'
import { useRef } from 'react'
import type { Stage } from '../../../core/values/pipeline.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { CopyValue } from './copy-value.tsx'
import { useWrap } from './editor/wrap.ts'
import styles from './key-tab.module.css'
import type { DocumentState } from './model/document.ts'
import type { ValueModel } from './model/value-model.ts'
import { PipelineChips } from './pipeline-chips.tsx'

/** What the main part of the tab shows: the editor, the edits next to the stored value, a merge, or versions. */
export type TabMode = 'edit' | 'review' | 'merge' | 'history'

/** A request of the tab to the window. */
export interface KeyTabRequest {
  readonly type: 'delete' | 'rename'
  readonly key: string
}

interface KeyToolbarProps {
  readonly model: ValueModel
  /** The pattern of keys that a choice of stages is remembered for. */
  readonly pattern: string
  readonly document: DocumentState
  /** Why nothing can be written, if so. */
  readonly lock: string | undefined
  readonly canPut: boolean
  readonly isBusy: boolean
  readonly mode: TabMode
  readonly onMode: (mode: TabMode) => void
  readonly onPut: () => void
  readonly onRevert: () => void
  /** Turns the wrapping of long lines on or off. */
  readonly onWrap: () => void
  /** Whether the text is not valid. */
  readonly hasJsonError: boolean
  readonly onChoose: (choice: readonly Stage[]) => void
  readonly onRequest: (request: KeyTabRequest) => void
}

/** What is shown as lines. */
const TEXTS: ReadonlySet<string> = new Set(['text', 'json', 'cbor', 'msgpack'])

/** The commands for the value. */
export function KeyToolbar(props: KeyToolbarProps) {
  const {
    model,
    pattern,
    document,
    lock,
    canPut,
    isBusy,
    mode,
    onMode,
    onPut,
    onRevert,
    onWrap,
    hasJsonError,
    onChoose,
    onRequest,
  } = props
  const { key } = model.address
  const isWrapped = useWrap()
  const isOpen = document.phase === 'open'
  const shown = isOpen ? document.base.decoding.pipeline.at(-1) : undefined
  const isText = shown !== undefined && TEXTS.has(shown)
  const isStored = isOpen && document.base.stat !== undefined
  const isDirty = isOpen && document.isDirty
  const isReplaced = isOpen && document.replacement !== undefined
  const canChange = lock === undefined && isStored && !isBusy
  return (
    <div role="group" aria-label="Value tools" className={styles['toolbar']}>
      {isOpen && (
        <div className={styles['view']}>
          <span>View</span>
          <PipelineChips base={document.base} isDisabled={isBusy} pattern={pattern} onChoose={onChoose} />
        </div>
      )}
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
        {shown === 'json' && (
          <IconButton
            label="Format value"
            icon={Braces}
            shortcut="Alt+Shift+J"
            isDisabled={lock !== undefined || isBusy || isReplaced || hasJsonError || mode !== 'edit'}
            onPress={() => model.document.format()}
          />
        )}
        {isText && (
          <IconButton
            label="Wrap lines"
            icon={WrapText}
            shortcut="Alt+Z"
            aria-pressed={isWrapped}
            onPress={onWrap}
          />
        )}
        <CopyValue model={model} isDisabled={!isOpen || !document.base.isWhole} />
        <IconButton
          label="Save to file…"
          icon={Download}
          isDisabled={!isStored || isBusy}
          onPress={() => void model.effects.saveToFile(fileName(key))}
        />
        <ReplaceFromFile model={model} isDisabled={!canChange || (isDirty && !isReplaced)} />
        <IconButton
          label="History"
          icon={History}
          shortcut="Alt+H"
          aria-pressed={mode === 'history'}
          onPress={() => onMode(mode === 'history' ? 'edit' : 'history')}
        />
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
