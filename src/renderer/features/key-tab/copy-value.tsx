import { Copy } from 'lucide-react'
import { bytesToBase64, bytesToHex } from '../../../core/values/byte-text.ts'
import { IconButton } from '../../ui/button.tsx'
import { MenuButton } from '../../ui/menu.tsx'
import { failureMessage } from '../../ui/text/failure-message.ts'
import { formatBytes } from '../../ui/text/format.ts'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { decodeText } from './model/text-codec.ts'
import type { ValueModel } from './model/value-model.ts'

/** The largest value that goes to the clipboard. */
const COPY_LIMIT = 16 * 1024 * 1024

interface CopyValueProps {
  readonly model: ValueModel
  readonly isDisabled: boolean
}

/** Copies the whole value: its text as it is shown, with the edits, or its stored bytes. */
export function CopyValue({ model, isDisabled }: CopyValueProps) {
  return (
    <MenuButton
      label="Copy value"
      groups={[
        {
          id: 'copy',
          entries: [
            { id: 'text', label: 'As text', detail: 'As it is shown, with your edits' },
            { id: 'hex', label: 'As hex', detail: 'The stored bytes' },
            { id: 'base64', label: 'As Base64', detail: 'The stored bytes' },
          ],
        },
      ]}
      onChoose={id => void copy(model, id)}
    >
      <IconButton label="Copy value" icon={Copy} isDisabled={isDisabled} />
    </MenuButton>
  )
}

async function copy(model: ValueModel, form: string): Promise<void> {
  const { stored } = model.document.base
  const text = form === 'text' ? shownText(model) : undefined
  if (form === 'text' && text === undefined) {
    showToast({ tone: 'info', message: 'This value is not text: copy it as hex or Base64' })
    return
  }
  if ((text?.length ?? stored.length) > COPY_LIMIT) {
    const message = `Up to ${formatBytes(COPY_LIMIT)} can be copied; save the value to a file instead`
    showToast({ tone: 'info', message })
    return
  }
  await copyText(text ?? (form === 'hex' ? bytesToHex(stored) : bytesToBase64(stored)), 'the value')
}

/** The text as shown, with its line ends and without a byte order mark. */
function shownText(model: ValueModel): string | undefined {
  const bytes = model.document.currentBytes()
  return decodeText(bytes) === undefined ? undefined : new TextDecoder().decode(bytes)
}

/** Copies a text and says so; a refusal of the browser, too. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    showToast({ tone: 'success', message: `Copied ${what}` })
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    showToast({ tone: 'error', message: failureMessage(`copy ${what}`, error.message) })
  }
}
