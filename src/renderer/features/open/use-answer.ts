import { useEffect, useState } from 'react'
import { isAbortedCall } from '../../api/client.ts'

type Answer<T> =
  | { readonly state: 'none' }
  | { readonly state: 'asking' }
  | { readonly state: 'answered'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string }

/**
 * The answer to a question about a text. A new text asks again and cancels the old question; an empty one asks nothing.
 * @param ask Must be a stable function.
 */
export function useAnswer<T>(
  text: string,
  ask: (text: string, signal: AbortSignal) => Promise<T>,
): Answer<T> {
  const [answer, setAnswer] = useState<{ readonly text: string; readonly answer: Answer<T> }>()
  useEffect(() => {
    if (text === '') return
    const controller = new AbortController()
    ask(text, controller.signal).then(
      value => setAnswer({ text, answer: { state: 'answered', value } }),
      (error: unknown) => {
        if (controller.signal.aborted || isAbortedCall(error)) return
        const message = error instanceof Error ? error.message : String(error)
        setAnswer({ text, answer: { state: 'failed', message } })
      },
    )
    return () => controller.abort()
  }, [text, ask])
  if (text === '') return { state: 'none' }
  return answer?.text === text ? answer.answer : { state: 'asking' }
}
