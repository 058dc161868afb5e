/** Bytes that one message may have on the wire, framing included. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

/**
 * Maximum nesting of lists and maps. A stack document has two levels for each of at most 64 nodes, and the message adds
 * a few more.
 */
export const MAX_MESSAGE_DEPTH = 192

/** The header of a value: its size including scalar content, and the number of values nested in it. */
interface Head {
  readonly size: number
  readonly nested: number
  readonly isBytes: boolean
}

/**
 * Checks the structure of a MessagePack message without decoding it. A decoder alone would allocate the lengths that a
 * hostile message claims.
 * @throws RangeError unless it is one whole value, nested no deeper than allowed, with nothing after it.
 */
export function refuseMalformed(packed: Uint8Array): { readonly hasBytes: boolean } {
  if (packed.length > MAX_MESSAGE_BYTES) throw malformed('it is too large')
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const open: number[] = []
  let offset = 0
  let hasBytes = false
  do {
    const head = headAt(view, offset)
    offset += head.size
    if (offset > packed.length) throw malformed('it is cut short')
    hasBytes ||= head.isBytes
    if (head.nested > packed.length - offset) throw malformed('it claims more values than it has bytes')
    if (head.nested > 0 && open.push(head.nested) > MAX_MESSAGE_DEPTH)
      throw malformed('it is nested too deep')
    if (head.nested === 0) closeFinished(open)
  } while (open.length > 0)
  if (offset !== packed.length) throw malformed('something follows its end')
  return { hasBytes }
}

/** Counts one value as read, and closes every list and map that it completes. */
function closeFinished(open: number[]): void {
  while (open.length > 0) {
    const last = open.length - 1
    const left = (open[last] as number) - 1
    open[last] = left
    if (left > 0) return
    open.pop()
  }
}

/** Reads one header. Source: the format's specification, github.com/msgpack/msgpack/blob/master/spec.md */
function headAt(view: DataView, offset: number): Head {
  const type = byteAt(view, offset)
  if (type <= 0x7f || type >= 0xe0 || type === 0xc0 || type === 0xc2 || type === 0xc3) return head(1)
  if (type <= 0x8f) return head(1, (type & 0x0f) * 2)
  if (type <= 0x9f) return head(1, type & 0x0f)
  if (type <= 0xbf) return head(1 + (type & 0x1f))
  if (type === 0xc1) throw malformed('it has a header that does not exist')
  if (type <= 0xc6) return { ...head(sized(view, offset, type - 0xc4)), isBytes: true }
  if (type <= 0xc9) return head(sized(view, offset, type - 0xc7) + 1)
  if (type <= 0xcb) return head(type === 0xca ? 5 : 9)
  if (type <= 0xd3) return head(1 + (1 << (type & 3)))
  if (type <= 0xd8) return head(2 + (1 << (type - 0xd4)))
  if (type <= 0xdb) return head(sized(view, offset, type - 0xd9))
  const width = type & 1 ? 2 : 1
  const count = lengthAt(view, offset + 1, width)
  return head(1 + (1 << width), type <= 0xdd ? count : count * 2)
}

function head(size: number, nested = 0): Head {
  return { size, nested, isBytes: false }
}

/** Header, length field of 2 ** `width` bytes, and the content it announces. */
function sized(view: DataView, offset: number, width: number): number {
  return 1 + (1 << width) + lengthAt(view, offset + 1, width)
}

function lengthAt(view: DataView, offset: number, width: number): number {
  if (offset + (1 << width) > view.byteLength) throw malformed('it is cut short')
  if (width === 0) return view.getUint8(offset)
  return width === 1 ? view.getUint16(offset) : view.getUint32(offset)
}

function byteAt(view: DataView, offset: number): number {
  if (offset >= view.byteLength) throw malformed('it is cut short')
  return view.getUint8(offset)
}

function malformed(state: string): RangeError {
  return new RangeError(`Cannot read a message: ${state}`)
}
