import { useEffect, useState } from 'react'
import { CallError, type Client, isAbortedCall } from './client.ts'
import { completeKey, type KeyCompletion, narrowCompletion } from './key-completion.ts'

export interface CompletionState {
  /** What fits the text; `undefined` while nobody knows. */
  readonly completion: KeyCompletion | undefined
  readonly error: string | undefined
}

/** Names that fit a half-typed key. A text that changes cancels what was asked for the one before. */
export function useKeyCompletion(
  client: Client,
  session: string,
  text: string,
  limit: number,
): CompletionState {
  const [state, setState] = useState<CompletionState>({ completion: undefined, error: undefined })
  useEffect(() => {
    const aborter = new AbortController()
    completeKey(client, session, text, { limit, signal: aborter.signal }).then(
      completion => {
        if (!aborter.signal.aborted) setState({ completion, error: undefined })
      },
      (error: unknown) => {
        if (aborter.signal.aborted || isAbortedCall(error)) return
        const message = error instanceof CallError ? error.message : String(error)
        setState({ completion: undefined, error: message })
      },
    )
    return () => aborter.abort()
  }, [client, session, text, limit])
  return { completion: narrowCompletion(state.completion, text), error: state.error }
}
