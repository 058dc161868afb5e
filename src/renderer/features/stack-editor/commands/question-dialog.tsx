import { type ReactNode, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx'

interface Question {
  readonly title: string
  readonly text: ReactNode
  /** Label of the button that loses something. */
  readonly action: string
}

interface OpenQuestion extends Question {
  readonly answer: (isAgreed: boolean) => void
}

/** Asks before something is lost. The returned question must be rendered until it is answered. */
export function useQuestion() {
  const [question, setQuestion] = useState<OpenQuestion>()
  const ask = (asked: Question) =>
    new Promise<boolean>(resolve => {
      setQuestion({
        ...asked,
        answer(isAgreed) {
          setQuestion(undefined)
          resolve(isAgreed)
        },
      })
    })
  return {
    question,
    confirmReplace: (path: string) =>
      ask({
        title: 'Replace this file?',
        text: (
          <>
            The file <code>{path}</code> already exists. Saving overwrites it.
          </>
        ),
        action: 'Replace',
      }),
  }
}

export function QuestionDialog({ title, text, action, answer }: OpenQuestion) {
  return (
    <Dialog title={title} role="alertdialog" onClose={() => answer(false)}>
      <p>{text}</p>
      <DialogButtons>
        <Button autoFocus onPress={() => answer(false)}>
          Cancel
        </Button>
        <Button variant="danger" onPress={() => answer(true)}>
          {action}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
