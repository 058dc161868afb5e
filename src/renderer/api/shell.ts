import type { Client } from './client.ts'

/** What the page can request of its environment. A cancelled dialog gives `undefined`. */
export interface Shell {
  readonly kind: 'electron' | 'web'
  pickFolder(): Promise<string | undefined>
  pickStackFile(): Promise<string | undefined>
  /** @param name The suggested file name. */
  pickSaveLocation(name: string): Promise<string | undefined>
  /** Downloads `chunks` as a file called `name`, without holding all of them in the page's memory. */
  download(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void>
  copyText(text: string): Promise<void>
  /** Shows a path in the system's file manager; `UNSUPPORTED` in a browser. */
  reveal(path: string): Promise<void>
  openExternal(url: string): Promise<void>
}

/** Dialogs that a browser does not have, rendered by the page. */
interface PathDialogs {
  pick(request: PathRequest): Promise<string | undefined>
}

export type PathRequest =
  | { readonly type: 'folder' }
  | { readonly type: 'stackFile' }
  | { readonly type: 'saveLocation'; readonly name: string }

export function createShell(client: Client, kind: Shell['kind'], dialogs: PathDialogs): Shell {
  const paths = kind === 'electron' ? nativeDialogs(client) : dialogs
  return {
    kind,
    pickFolder: () => paths.pick({ type: 'folder' }),
    pickStackFile: () => paths.pick({ type: 'stackFile' }),
    pickSaveLocation: name => paths.pick({ type: 'saveLocation', name }),
    download,
    copyText: text => navigator.clipboard.writeText(text),
    async reveal(path) {
      await client.call('shell.reveal', { path })
    },
    async openExternal(url) {
      if (kind === 'web') window.open(url, '_blank', 'noopener,noreferrer')
      else await client.call('shell.openExternal', { url })
    },
  }
}

function nativeDialogs(client: Client): PathDialogs {
  return {
    async pick(request) {
      switch (request.type) {
        case 'folder':
          return (await client.call('shell.pickFolder', {})).path
        case 'stackFile':
          return (await client.call('shell.pickStackFile', {})).path
        case 'saveLocation':
          return (await client.call('shell.pickSaveLocation', { name: request.name })).path
      }
    },
  }
}

/** Bytes collected in the page before they are added to the browser's (disk-backed) blob. */
const PIECE_BYTES = 16 * 1024 * 1024

/** Offers `chunks` as a file. The blob grows by reference, so the page never holds more than one piece. */
async function download(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let blob = new Blob([])
  let piece: BlobPart[] = []
  let size = 0
  for await (const chunk of chunks) {
    piece.push(chunk as Uint8Array<ArrayBuffer>)
    size += chunk.length
    if (size < PIECE_BYTES) continue
    blob = new Blob([blob, ...piece])
    piece = []
    size = 0
  }
  blob = new Blob([blob, ...piece], { type: 'application/octet-stream' })
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser reads the address after this task, so it must outlive the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
