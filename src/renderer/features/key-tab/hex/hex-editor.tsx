import {
  type KeyboardEvent,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { Emitter } from '../../../../core/concurrency/emitter.ts'
import { isMacPlatform } from '../../../ui/shortcut.tsx'
import type { Capture, ValueEditor } from '../model/document.ts'
import type { ValueModel } from '../model/value-model.ts'
import { ByteEdits } from './byte-edits.ts'
import styles from './hex.module.css'
import { type Caret, typeKey } from './hex-keys.ts'
import type { ByteRange } from './hex-selection.ts'
import type { HexSource } from './hex-text.ts'
import { HexView } from './hex-view.tsx'

interface HexEditorProps {
  readonly model: ValueModel
  readonly isReadOnly: boolean
}

/** A whole value as bytes that can be overwritten, inserted and deleted. */
export function HexEditor({ model, isReadOnly }: HexEditorProps) {
  const [editor] = useState(
    () => new HexValueEditor(model.document.currentBytes(), model.document.base.bytes, () => model.edited()),
  )
  const [isInserting, setInserting] = useState(false)
  const version = useSyncExternalStore(editor.subscribe, editor.getVersion)
  const host = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    editor.focusBy(() => host.current?.querySelector<HTMLElement>('[role="grid"]')?.focus())
    return model.document.attach(editor)
  }, [model, editor])

  const onEditKey = useCallback(
    (event: KeyboardEvent, caret: Caret) => {
      if (event.key === 'Insert') {
        setInserting(before => !before)
        return caret
      }
      const typed = {
        key: event.key,
        isCommand: isMacPlatform() ? event.metaKey : event.ctrlKey,
        isShift: event.shiftKey,
      }
      return editor.edit(edits => typeKey(edits, typed, caret, isInserting))
    },
    [editor, isInserting],
  )

  const onRemove = useCallback(
    ({ start, end }: ByteRange) => editor.edit(edits => edits.splice(start, end - start, new Uint8Array())),
    [editor],
  )

  return (
    <div ref={host} className={styles['host']}>
      <HexView
        source={editor.source}
        version={version}
        onEditKey={isReadOnly ? undefined : onEditKey}
        onRemove={isReadOnly ? undefined : onRemove}
        mode={isReadOnly ? undefined : isInserting ? 'insert' : 'overwrite'}
      />
    </div>
  )
}

/** Edits a value byte by byte. */
export class HexValueEditor implements ValueEditor {
  #takeFocus: (() => void) | undefined
  #edits: ByteEdits
  #base: Uint8Array
  #version = 0
  readonly #onEdit: () => void
  readonly #changed = new Emitter()

  constructor(initial: Uint8Array, base: Uint8Array, onEdit: () => void) {
    this.#edits = new ByteEdits(initial)
    this.#base = base
    this.#onEdit = onEdit
  }

  readonly subscribe = this.#changed.subscribe

  readonly getVersion = (): number => this.#version

  get source(): HexSource {
    return this.#edits
  }

  /** Changes bytes and notifies subscribers. */
  edit<T>(change: (edits: ByteEdits) => T): T {
    const before = this.#edits.version
    const result = change(this.#edits)
    if (this.#edits.version !== before) this.#notify()
    return result
  }

  bytes(): Uint8Array {
    return this.#edits.bytes()
  }

  isDirty(): boolean {
    return !this.#edits.equals(this.#base)
  }

  capture(): Capture {
    const bytes = this.bytes()
    return {
      bytes,
      adopt: () => {
        this.#base = bytes
      },
    }
  }

  focus(): void {
    this.#takeFocus?.()
  }

  /** Sets how the bytes are focused. */
  focusBy(take: () => void): void {
    this.#takeFocus = take
  }

  show(bytes: Uint8Array): void {
    this.edit(edits => edits.replaceAll(bytes))
  }

  rebase(bytes: Uint8Array): void {
    this.#base = bytes
    this.#edits = new ByteEdits(bytes)
    this.#notify()
  }

  #notify(): void {
    this.#version += 1
    this.#changed.emit()
    this.#onEdit()
  }
}
