/** Where "Save to file…" writes to. */
export interface SaveTarget {
  write(piece: Uint8Array): Promise<void>
  finish(): Promise<void>
  discard(): Promise<void>
}

interface PickerWindow {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>
}

/**
 * Streams into a file if the browser has a file picker; otherwise collects a download in blobs. Must be called from a
 * click handler, before anything is awaited.
 * @returns `undefined` if the user cancelled.
 */
export async function chooseSaveTarget(name: string): Promise<SaveTarget | undefined> {
  const picker = window as unknown as PickerWindow
  if (picker.showSaveFilePicker === undefined) return downloadTarget(name)
  try {
    return await fileTarget(await picker.showSaveFilePicker({ suggestedName: name }))
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    if (error.name === 'AbortError') return undefined
    // A shell that denies file access still allows downloads.
    if (error.name === 'SecurityError' || error.name === 'NotAllowedError') return downloadTarget(name)
    throw error
  }
}

async function fileTarget(handle: FileSystemFileHandle): Promise<SaveTarget> {
  const writable = await handle.createWritable()
  return {
    write: piece => writable.write(piece.slice()),
    finish: () => writable.close(),
    discard: () => writable.abort(),
  }
}

function downloadTarget(name: string): SaveTarget {
  const parts: Blob[] = []
  return {
    async write(piece) {
      parts.push(new Blob([piece.slice()]))
    },
    async finish() {
      const link = document.createElement('a')
      link.href = URL.createObjectURL(new Blob(parts, { type: 'application/octet-stream' }))
      link.download = name
      link.click()
      // The browser reads the URL after the click, so it must not be revoked at once.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
    },
    async discard() {
      parts.length = 0
    },
  }
}
