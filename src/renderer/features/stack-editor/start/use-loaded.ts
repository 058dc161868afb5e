import { useEffect, useState } from 'react'
import { isAbortedCall } from '../../../api/client.ts'

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string; readonly retry: () => void }

/** Loads something once, and again on demand after a failure. @param load Has to stay the same function. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    load(controller.signal)
      .then(value => setLoaded({ state: 'ready', value }))
      .catch((error: unknown) => {
        if (controller.signal.aborted || isAbortedCall(error)) return
        const retry = () => {
          setLoaded({ state: 'loading' })
          setAttempt(attempt + 1)
        }
        setLoaded({ state: 'failed', message: error instanceof Error ? error.message : String(error), retry })
      })
    return () => controller.abort()
  }, [load, attempt])
  return loaded
}
