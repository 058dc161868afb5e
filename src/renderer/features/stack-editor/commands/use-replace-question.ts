import { useState } from 'react'
import type { ReplaceQuestion } from './replace-dialog.tsx'

/** Asks whether a file may be replaced; the question is there to be rendered until it is answered. */
export function useReplaceQuestion() {
  const [question, setQuestion] = useState<ReplaceQuestion>()
  const confirmReplace = (path: string) =>
    new Promise<boolean>(resolve => {
      setQuestion({
        path,
        answer(isReplaced) {
          setQuestion(undefined)
          resolve(isReplaced)
        },
      })
    })
  return { question, confirmReplace }
}
