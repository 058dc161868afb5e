import { useEffect } from 'react'
import { FILE_DROPPED } from '../../shared/handover.ts'
import { showToast } from '../ui/toasts/toasts.tsx'
import { openSource } from './actions/session-actions.ts'
import { openDialog } from './dialogs/dialog-store.ts'
import { type Services, useServices } from './services.ts'

const NO_PATH = 'A browser does not reveal the path of a dropped file or folder: type or paste its path here.'
const OFFERED = 'strata.offered'

/** Opens what is dropped on the window, and at the start offers the address of a server on the clipboard. */
export function useOfferedPlaces(): void {
  const services = useServices()
  useEffect(() => {
    const drop = (event: DragEvent): void => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      // In the desktop shell the path arrives in a separate message (`src/preload`).
      if (services.hello.shell === 'web') openDialog({ type: 'open', note: NO_PATH })
    }
    const receive = ({ source, data }: MessageEvent<unknown>): void => {
      if (source === window && isDropped(data)) void openPath(services, data.path)
    }
    window.addEventListener('dragover', allowDrop)
    window.addEventListener('drop', drop)
    window.addEventListener('message', receive)
    return () => {
      window.removeEventListener('dragover', allowDrop)
      window.removeEventListener('drop', drop)
      window.removeEventListener('message', receive)
    }
  }, [services])
  useEffect(() => {
    if (services.hello.shell === 'electron') void offerClipboard(services)
  }, [services])
}

function allowDrop(event: DragEvent): void {
  if (holdsFiles(event)) event.preventDefault()
}

/** Dragged text belongs to the field that it is dropped on, and so does a file on an editor. */
function holdsFiles({ dataTransfer, defaultPrevented }: DragEvent): boolean {
  return !defaultPrevented && dataTransfer?.types.includes('Files') === true
}

function isDropped(data: unknown): data is { readonly path: string } {
  return (
    typeof data === 'object' &&
    data !== null &&
    'type' in data &&
    data.type === FILE_DROPPED &&
    'path' in data &&
    typeof data.path === 'string'
  )
}

async function openPath(services: Services, path: string): Promise<void> {
  try {
    const { source } = await services.client.call('sessions.recognise', { text: path })
    await openSource(services, source)
  } catch {
    // The dialog shows the problem.
    openDialog({ type: 'open', initial: path })
  }
}

/** Offers each address once. */
async function offerClipboard({ client }: Services): Promise<void> {
  const { address } = await client.call('shell.clipboardAddress', {}).catch(() => ({ address: undefined }))
  if (address === undefined || localStorage.getItem(OFFERED) === address) return
  const named = await client.call('sessions.recognise', { text: address }).catch(() => undefined)
  if (named === undefined) return
  localStorage.setItem(OFFERED, address)
  showToast({
    tone: 'info',
    message: `The clipboard holds an address: ${named.title}`,
    action: { label: 'Open…', run: () => openDialog({ type: 'open', initial: address }) },
  })
}
