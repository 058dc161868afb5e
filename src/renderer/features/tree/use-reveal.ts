import { useEffect, useEffectEvent, useRef } from 'react'
import type { TreeView } from './view/tree-view.ts'

/** Brings a key in sight each time one is asked for. @param onMissing Told of a key that there is not. */
export function useReveal(
  view: TreeView,
  reveal: { readonly key: string; readonly serial: number } | undefined,
  onMissing: (key: string) => void,
): void {
  const done = useRef<number>(undefined)
  const missing = useEffectEvent(onMissing)
  const key = reveal?.key
  const serial = reveal?.serial
  useEffect(() => {
    if (key === undefined || serial === undefined || done.current === serial) return
    let isCancelled = false
    void view
      .reveal(key, 'center', () => isCancelled)
      .then(isFound => {
        if (isCancelled) return
        done.current = serial
        if (!isFound) missing(key)
      })
    return () => {
      isCancelled = true
    }
  }, [view, key, serial])
}
