import { useRef } from 'react'
import { typeAhead } from './tree-keys.ts'

/** How long letters belong together, in milliseconds. */
const PAUSE_MS = 700

/** Collects letters typed shortly after each other, and finds the row whose name begins with them. */
export function useTypeAhead() {
  const typed = useRef({ text: '', at: 0 })
  return (key: string, names: readonly string[], current: number): number | undefined => {
    if (!/^\S$/u.test(key)) return undefined
    const now = performance.now()
    const isRun = now - typed.current.at < PAUSE_MS
    typed.current = { text: isRun ? typed.current.text + key : key, at: now }
    return typeAhead(typed.current.text, names, current)
  }
}
