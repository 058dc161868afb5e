/** The first code point of text that a database keeps, and the last one. NUL is not text there. */
const FIRST = 1
const LAST = 0x10ffff
const SURROGATES = { from: 0xd800, to: 0xdfff } as const

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text in these bytes; `undefined` if they are not valid UTF-8, or contain NUL. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = strict.decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

/**
 * The least text that is not before `bytes` in the order of bytes, so that texts from there on are those from `bytes` on.
 * `undefined` if every text is before them.
 */
export function firstTextFrom(bytes: Uint8Array): string | undefined {
  const whole = textOf(bytes)
  if (whole !== undefined) return whole
  const points = leadingPoints(bytes)
  const start = points.length === 0 ? 0 : Buffer.byteLength(String.fromCodePoint(...points))
  const next = firstPointFrom(bytes.subarray(start))
  if (next !== undefined) return String.fromCodePoint(...points, next)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last < LAST) return String.fromCodePoint(...points, following(last))
  }
  return undefined
}

/** The characters at the beginning of `bytes`, up to what is not text. */
function leadingPoints(bytes: Uint8Array): number[] {
  const points: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] as number
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    const text = at + length > bytes.length ? undefined : textOf(bytes.subarray(at, at + length))
    const point = text?.codePointAt(0)
    if (point === undefined) return points
    points.push(point)
    at += length
  }
  return points
}

/** The first code point whose bytes are not before `rest`. The order of code points is that of their bytes. */
function firstPointFrom(rest: Uint8Array): number | undefined {
  const isBefore = (point: number) => Buffer.compare(Buffer.from(String.fromCodePoint(point)), rest) < 0
  if (isBefore(LAST)) return undefined
  let [low, high] = [FIRST, LAST]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const isSurrogate = middle >= SURROGATES.from && middle <= SURROGATES.to
    if (isBefore(isSurrogate ? SURROGATES.to + 1 : middle)) low = isSurrogate ? SURROGATES.to + 2 : middle + 1
    else high = isSurrogate ? SURROGATES.from : middle
  }
  return low === SURROGATES.from ? SURROGATES.to + 1 : low
}

function following(point: number): number {
  return point + 1 === SURROGATES.from ? SURROGATES.to + 1 : point + 1
}
