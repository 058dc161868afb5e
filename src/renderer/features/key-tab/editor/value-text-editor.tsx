import { json } from '@codemirror/lang-json'
import { linter, lintGutter } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import { useLayoutEffect, useRef } from 'react'
import { findJsonProblem } from '../model/json-check.ts'
import { decodeText } from '../model/text-codec.ts'
import { JSON_CHECK_LIMIT } from '../model/value-facts.ts'
import type { ValueModel } from '../model/value-model.ts'
import styles from './editor.module.css'
import { shadowRootOf } from './editor-setup.ts'
import { TextEditor } from './text-editor.ts'

export interface ValueTextEditorProps {
  readonly model: ValueModel
  readonly language: 'text' | 'json'
  readonly isReadOnly: boolean
  readonly onPut: () => void
  readonly onMistake: (mistake: JsonMistake | undefined) => void
  /** A position to go to. A new object is a new request. */
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
      initial: model.document.currentBytes(),
      base: model.document.base.bytes,
      onEdit: () => model.edited(),
      onPut,
    })
    editor.current = created
    const detach = model.document.attach(created)
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

export interface TextViewerProps {
  readonly label: string
  readonly bytes: Uint8Array
  /** Told whether some of the bytes are not UTF-8. */
  readonly onBadBytes: (hasBadBytes: boolean) => void
}

/** Read-only text. */
export function TextViewer({ label, bytes, onBadBytes }: TextViewerProps) {
  const host = useRef<HTMLDivElement>(null)
  const viewer = useRef<TextEditor>(null)

  useLayoutEffect(() => {
    if (host.current === null) return
    const editor = new TextEditor({
      root: shadowRootOf(host.current),
      label,
      hasLineNumbers: false,
      initial: EMPTY,
      base: EMPTY,
      onEdit: () => undefined,
      onPut: () => undefined,
    })
    viewer.current = editor
    return () => editor.destroy()
  }, [label])

  useLayoutEffect(() => {
    viewer.current?.rebase(bytes)
    viewer.current?.scrollToStart()
    onBadBytes(decodeText(bytes) === undefined)
  }, [bytes, onBadBytes])

  return <div ref={host} className={styles['host']} />
}

const EMPTY = new Uint8Array()

/** The first JSON syntax error and its position. */
export interface JsonMistake {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units. */
  readonly column: number
  readonly message: string
}

/** Highlights JSON and marks its first error. @param report Called after each check. */
export function jsonSupport(report: (mistake: JsonMistake | undefined) => void): Extension {
  const check = linter(
    view => {
      const { doc } = view.state
      const problem = doc.length > JSON_CHECK_LIMIT ? undefined : findJsonProblem(doc.toString())
      if (problem === undefined) {
        report(undefined)
        return []
      }
      const line = doc.lineAt(problem.from)
      report({ line: line.number, column: problem.from - line.from + 1, message: problem.message })
      return [{ ...problem, severity: 'error' }]
    },
    { delay: 250 },
  )
  return [json(), check, lintGutter()]
}
