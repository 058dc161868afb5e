/** Media types of images that are shown. */
export type ImageType =
  | 'image/png'
  | 'image/jpeg'
  | 'image/gif'
  | 'image/webp'
  | 'image/avif'
  | 'image/svg+xml'

export interface ImageFacts {
  readonly type: ImageType
  /** Pixels; absent where the first bytes do not say. */
  readonly size?: { readonly width: number; readonly height: number } | undefined
}

/** Bytes in which an SVG begins, after comments and declarations. */
const SVG_HEAD = 4096

/** Recognises an image by its first bytes. @param bytes The value, or its beginning. */
export function imageFacts(bytes: Uint8Array): ImageFacts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (startsWith(bytes, 0, '\x89PNG\r\n\x1a\n')) {
    return { type: 'image/png', size: sizeAt(bytes, 24, () => [view.getUint32(16), view.getUint32(20)]) }
  }
  if (startsWith(bytes, 0, '\xff\xd8\xff')) return { type: 'image/jpeg', size: jpegSize(view) }
  if (startsWith(bytes, 0, 'GIF87a') || startsWith(bytes, 0, 'GIF89a')) {
    return {
      type: 'image/gif',
      size: sizeAt(bytes, 10, () => [view.getUint16(6, true), view.getUint16(8, true)]),
    }
  }
  if (startsWith(bytes, 0, 'RIFF') && startsWith(bytes, 8, 'WEBP')) {
    return { type: 'image/webp', size: sizeAt(bytes, 30, () => webpSize(bytes, view)) }
  }
  if (startsWith(bytes, 4, 'ftypavif') || startsWith(bytes, 4, 'ftypavis')) {
    return { type: 'image/avif', size: avifSize(bytes, view) }
  }
  return isSvg(bytes) ? { type: 'image/svg+xml' } : undefined
}

function startsWith(bytes: Uint8Array, at: number, text: string): boolean {
  if (bytes.length < at + text.length) return false
  for (let index = 0; index < text.length; index++)
    if (bytes[at + index] !== text.charCodeAt(index)) return false
  return true
}

type Pair = readonly [width: number, height: number]

function sizeAt(bytes: Uint8Array, needed: number, read: () => Pair | undefined): ImageFacts['size'] {
  const pair = bytes.length < needed ? undefined : read()
  return pair === undefined ? undefined : { width: pair[0], height: pair[1] }
}

/** Walks over the segments to the frame header. */
function jpegSize(view: DataView): ImageFacts['size'] {
  let at = 2
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    at += 2 + view.getUint16(at + 2)
  }
  return undefined
}

/** The three forms of a WebP: lossy, lossless, extended. */
function webpSize(bytes: Uint8Array, view: DataView): Pair | undefined {
  if (startsWith(bytes, 12, 'VP8 '))
    return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]
  if (startsWith(bytes, 12, 'VP8L')) {
    const bits = view.getUint32(21, true)
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1]
  }
  if (!startsWith(bytes, 12, 'VP8X')) return undefined
  const three = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16) + 1
  return [three(24), three(27)]
}

/** The largest picture that the property boxes describe: thumbnails and alpha planes have boxes, too. */
function avifSize(bytes: Uint8Array, view: DataView): ImageFacts['size'] {
  let largest: ImageFacts['size']
  const end = Math.min(bytes.length - 16, SVG_HEAD)
  for (let at = 0; at <= end; at++) {
    if (!startsWith(bytes, at, 'ispe')) continue
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) }
    if (largest === undefined || size.width * size.height > largest.width * largest.height) largest = size
  }
  return largest
}

function isSvg(bytes: Uint8Array): boolean {
  const [first, second] = [bytes[0], bytes[1]]
  if (first !== 0x3c && first !== 0xef && first !== 0x20 && first !== 0x0a && first !== 0x0d) return false
  if (first === 0xef && second !== 0xbb) return false
  const head = new TextDecoder().decode(bytes.subarray(0, SVG_HEAD))
  return /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[^])*-->\s*|<!DOCTYPE\s+svg[^>]*>\s*)*<svg[\s>]/i.test(
    head,
  )
}
