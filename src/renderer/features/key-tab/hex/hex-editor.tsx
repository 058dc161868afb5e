import { type KeyboardEvent, useCallback, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { isMacPlatform } from '../../../ui/platform.ts'
import type { ValueModel } from '../model/value-model.ts'
import type { Caret } from './hex-keys.ts'
import { typeKey } from './hex-typing.ts'
import { HexValueEditor } from './hex-value-editor.ts'
import { HexView } from './hex-view.tsx'

export interface HexEditorProps {
  readonly model: ValueModel
  readonly isReadOnly: boolean
}

/** A whole value as bytes that can be overwritten, inserted and deleted. */
export function HexEditor({ model, isReadOnly }: HexEditorProps) {
  const [editor] = useState(
    () => new HexValueEditor(model.slot.currentBytes(), model.state.base.bytes, () => model.edited()),
  )
  const [isInserting, setInserting] = useState(false)
  const version = useSyncExternalStore(editor.subscribe, editor.getVersion)
  useLayoutEffect(() => model.attach(editor), [model, editor])

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

  return (
    <HexView
      source={editor.source}
      version={version}
      onEditKey={isReadOnly ? undefined : onEditKey}
      mode={isReadOnly ? undefined : isInserting ? 'insert' : 'overwrite'}
    />
  )
}
