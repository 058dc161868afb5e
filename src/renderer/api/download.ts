/** Bytes gathered in the page before they are handed to the browser's own (disk-backed) blob store. */
const PIECE_BYTES = 16 * 1024 * 1024

/** Offers `chunks` as a file. The blob grows by reference, so the page never holds more than one piece. */
export async function download(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
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
