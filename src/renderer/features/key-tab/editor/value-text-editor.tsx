import { json } from '@codemirror/lang-json'
import { codeFolding, foldGutter, foldKeymap } from '@codemirror/language'
import { linter, lintGutter } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import { keymap } from '@codemirror/view'
import { useEffect, useLayoutEffect, useRef } from 'react'
import { writeCbor } from '../../../../core/values/cbor-notation.ts'
import { findJsonProblem, type JsonProblem } from '../../../../core/values/json-check.ts'
import { writeMsgpack } from '../../../../core/values/msgpack-notation.ts'
import { NotationError } from '../../../../core/values/stage-error.ts'
import { JSON_CHECK_LIMIT } from '../model/value-facts.ts'
import type { ValueModel } from '../model/value-model.ts'
import styles from './editor.module.css'
import { shadowRootOf } from './editor-setup.ts'
import { TextEditor } from './text-editor.ts'
import { useWrap } from './wrap.ts'

/** How a text is checked and coloured. */
export type Language = 'text' | 'json' | 'cbor' | 'msgpack'

export interface ValueTextEditorProps {
  readonly model: ValueModel
  readonly language: Language
  readonly isReadOnly: boolean
  readonly onPut: () => void
  readonly onJsonError: (jsonError: JsonTextError | undefined) => void
  /** A position to go to. A new object is a new request. */
  readonly target: { readonly line: number; readonly column: number } | undefined
}

/** A whole value as text. */
export function ValueTextEditor(props: ValueTextEditorProps) {
  const { model, language, isReadOnly, onPut, onJsonError, target } = props
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<TextEditor>(null)
  const isWrapped = useWrap()

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
    editor.current?.setLanguage(language === 'text' ? [] : languageSupport(language, onJsonError))
    return () => onJsonError(undefined)
  }, [language, onJsonError, model, onPut])

  useLayoutEffect(() => {
    editor.current?.setWrapped(isWrapped)
  }, [isWrapped, model, onPut])

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
  /** Called with what focuses the text, once it is shown. */
  readonly attach: (focus: () => void) => () => void
}

/** Read-only text. */
export function TextViewer({ label, bytes, attach }: TextViewerProps) {
  const host = useRef<HTMLDivElement>(null)
  const viewer = useRef<TextEditor>(null)
  const isWrapped = useWrap()

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
    viewer.current?.setWrapped(isWrapped)
  }, [isWrapped, label])

  useLayoutEffect(() => {
    viewer.current?.rebase(bytes)
    viewer.current?.scrollToStart()
  }, [bytes])

  useEffect(() => attach(() => viewer.current?.focus()), [attach])

  return <div ref={host} className={styles['host']} />
}

const EMPTY = new Uint8Array()

/** The first JSON syntax error and its position. */
export interface JsonTextError {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units. */
  readonly column: number
  readonly message: string
}

const CHECKS: Readonly<Record<Exclude<Language, 'text'>, (text: string) => JsonProblem | undefined>> = {
  json: findJsonProblem,
  cbor: text => problemOf(() => writeCbor(text)),
  msgpack: text => problemOf(() => writeMsgpack(text)),
}

function problemOf(write: () => unknown): JsonProblem | undefined {
  try {
    write()
    return undefined
  } catch (error) {
    if (error instanceof NotationError) return error
    throw error
  }
}

/** The marks next to lines that can be folded. The keyboard folds by Ctrl+Shift+[ and unfolds by Ctrl+Shift+]. */
const foldMarks = {
  markerDOM(isOpen: boolean): HTMLElement {
    const mark = document.createElement('span')
    mark.className = 'fold-mark'
    mark.textContent = isOpen ? '⌄' : '›'
    mark.title = isOpen ? 'Fold (Ctrl+Shift+[)' : 'Unfold (Ctrl+Shift+])'
    return mark
  },
}

/** Highlights JSON or a notation and marks its first error. @param report Called after each check. */
export function languageSupport(
  language: Exclude<Language, 'text'>,
  report: (jsonError: JsonTextError | undefined) => void,
): Extension {
  const check = linter(
    view => {
      const { doc } = view.state
      const problem = doc.length > JSON_CHECK_LIMIT ? undefined : CHECKS[language](doc.toString())
      if (problem === undefined) {
        report(undefined)
        return []
      }
      const line = doc.lineAt(problem.from)
      report({ line: line.number, column: problem.from - line.from + 1, message: problem.message })
      const { from, to, message } = problem
      return [{ from, to, message, severity: 'error' }]
    },
    { delay: 250 },
  )
  return [json(), check, lintGutter(), codeFolding(), foldGutter(foldMarks), keymap.of(foldKeymap)]
}
