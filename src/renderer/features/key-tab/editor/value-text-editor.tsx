import { useLayoutEffect, useRef } from 'react'
import type { ValueModel } from '../model/value-model.ts'
import styles from './editor.module.css'
import { type JsonMistake, jsonSupport } from './json-lint.ts'
import { shadowRootOf } from './shadow-mount.ts'
import { TextEditor } from './text-editor.ts'

export interface ValueTextEditorProps {
  readonly model: ValueModel
  readonly language: 'text' | 'json'
  readonly isReadOnly: boolean
  readonly onPut: () => void
  readonly onMistake: (mistake: JsonMistake | undefined) => void
  /** A place to go to; a new object goes there again. */
  readonly target: { readonly line: number; readonly column: number } | undefined
}

/** A whole value as text. */
export function ValueTextEditor(props: ValueTextEditorProps) {
  const { model, language, isReadOnly, onPut, onMistake, target } = props
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<TextEditor>(null)

  useLayoutEffect(() => {
    if (host.current === null) return
    const created = new TextEditor({
      root: shadowRootOf(host.current),
      label: 'Value',
      initial: model.slot.currentBytes(),
      base: model.state.base.bytes,
      onEdit: () => model.edited(),
      onPut,
    })
    editor.current = created
    const detach = model.attach(created)
    return () => {
      detach()
      created.destroy()
    }
  }, [model, onPut])

  useLayoutEffect(() => {
    editor.current?.setLanguage(language === 'json' ? jsonSupport(onMistake) : [])
    return () => onMistake(undefined)
  }, [language, onMistake, model, onPut])

  useLayoutEffect(() => {
    editor.current?.setReadOnly(isReadOnly)
  }, [isReadOnly, model, onPut])

  useLayoutEffect(() => {
    if (target !== undefined) editor.current?.goTo(target.line, target.column)
  }, [target])

  return <div ref={host} className={styles['host']} />
}
