import { Button } from '../../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../../ui/dialog.tsx'

export interface ReplaceQuestion {
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
