import { useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx'

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

interface ReplaceQuestion {
  readonly path: string
  readonly answer: (isReplaced: boolean) => void
}

export function ReplaceDialog({ path, answer }: ReplaceQuestion) {
  return (
    <Dialog title="Replace this file?" role="alertdialog" onClose={() => answer(false)}>
      <p>
        There is a file <code>{path}</code> already. Saving here overwrites what is in it.
      </p>
      <DialogButtons>
        <Button autoFocus onPress={() => answer(false)}>
          Cancel
        </Button>
        <Button variant="danger" onPress={() => answer(true)}>
          Replace
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
