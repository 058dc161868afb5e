import { MergeView } from '@codemirror/merge'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useLayoutEffect, useRef } from 'react'
import { editorLook } from './editor-theme.ts'
import styles from './json-comparison.module.css'

interface JsonComparisonProps {
  readonly before: string
  readonly after: string
}

/** Two stack documents side by side, read-only. */
export function JsonComparison({ before, after }: JsonComparisonProps) {
  const host = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (host.current === null) return
    // The page's policy allows no style elements; a shadow root adopts the editor's styles.
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    const view = new MergeView({
      root,
      parent: root,
      a: { doc: before, extensions: side('Stack that runs') },
      b: { doc: after, extensions: side('Stack after the change') },
      collapseUnchanged: { margin: 2, minSize: 4 },
      highlightChanges: true,
    })
    return () => view.destroy()
  }, [before, after])
  return (
    <div className={styles['comparison']}>
      <div className={styles['heads']}>
        <span>Now</span>
        <span>After the change</span>
      </div>
      <div ref={host} className={styles['texts']} />
    </div>
  )
}

function side(label: string): Extension {
  return [
    // Without JSON highlighting, which is not legible on the colours of changes.
    editorLook,
    changes,
    EditorView.lineWrapping,
    EditorState.readOnly.of(true),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
  ]
}

const changes = EditorView.theme({
  '&': { height: 'auto', fontSize: '12px' },
  '&.cm-merge-a .cm-changedLine': { backgroundColor: 'var(--danger-background)' },
  '&.cm-merge-b .cm-changedLine': { backgroundColor: 'var(--success-background)' },
  '&.cm-merge-a .cm-changedText': { background: 'color-mix(in srgb, var(--danger) 26%, transparent)' },
  '&.cm-merge-b .cm-changedText': { background: 'color-mix(in srgb, var(--success) 30%, transparent)' },
  '.cm-collapsedLines': { background: 'var(--panel)', color: 'var(--text-dim)' },
})
