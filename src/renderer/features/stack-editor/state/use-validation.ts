import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { Problem } from '../../../../shared/procedures/stacks.ts'
import { CallError, type Client, isAbortedCall } from '../../../api/client.ts'
import type { EditorStore } from './editor-store.ts'

/** How long typing has to rest before the host looks at the text, in milliseconds. */
const REST_MS = 150

/** Has the host look at each text that is valid JSON; a newer text cancels the look at an older one. */
export function useValidation(store: EditorStore, client: Client): void {
  const text = useStore(store, ({ draft }) => (draft.error === undefined ? draft.text : undefined))
  useEffect(() => {
    if (text === undefined) return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      validate(client, text, controller.signal)
        .then(found => {
          if (!controller.signal.aborted) store.setState({ found })
        })
        .catch((error: unknown) => {
          if (!isAbortedCall(error)) throw error
        })
    }, REST_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [store, client, text])
}

async function validate(client: Client, text: string, signal: AbortSignal): Promise<readonly Problem[]> {
  try {
    return (await client.call('stacks.validate', { text }, { signal })).problems
  } catch (error) {
    if (!(error instanceof CallError) || isAbortedCall(error)) throw error
    return [{ path: '', message: `Cannot check this document: ${error.message}` }]
  }
}
