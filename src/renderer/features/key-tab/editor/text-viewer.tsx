import { useLayoutEffect, useRef } from 'react'
import { decodeText } from '../model/text-codec.ts'
import styles from './editor.module.css'
import { shadowRootOf } from './shadow-mount.ts'
import { TextEditor } from './text-editor.ts'

export interface TextViewerProps {
  readonly label: string
  readonly bytes: Uint8Array
  /** Told whether some of the bytes are not UTF-8. */
  readonly onBadBytes: (hasBadBytes: boolean) => void
}

/** Text to be read, not edited. */
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
