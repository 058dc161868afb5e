import { failure } from '../../../../errors.ts'

/**
 * LMDB's data format 1, as liblmdb 0.9 writes it on little-endian 64-bit machines. A file is a sequence of pages. Pages
 * 0 and 1 are meta pages; the one with the larger transaction number is current. Everything else is reached from its
 * two trees.
 */

const MAGIC = 0xbeefc0de
/** The supported data format. */
export const FORMAT = 1
/** Bytes of the header of every page. */
export const PAGE_HEADER = 16

/** Flags of a page. */
export const PAGE = { branch: 0x01, leaf: 0x02, overflow: 0x04, leaf2: 0x20, subPage: 0x40 } as const
/** Flags of a node in a leaf: the value is on overflow pages, is a tree record, or is several values. */
export const NODE = { overflow: 0x01, tree: 0x02, duplicates: 0x04 } as const
/** Flags of a database: how its keys are ordered. */
export const ORDER = { reverseKey: 0x02, integerKey: 0x08 } as const

/** The offsets of the parts of a meta page. */
const META = { magic: 16, format: 20, pageSize: 40, mainTree: 88, lastPage: 136, transaction: 144 } as const
/** Bytes of a meta page that have a meaning. */
export const META_BYTES = 152
/** Bytes of a tree record. */
const TREE_BYTES = 48
/** The page number of the root of an empty tree. */
const NO_PAGE = 0xffffffff_ffffffffn
/** Deeper than the tree of any possible file. */
const MAX_DEPTH = 40

/** The root of a tree, and what it contains. */
export interface TreeRecord {
  readonly flags: number
  readonly depth: number
  readonly entries: number
  /** `undefined` where the tree is empty. */
  readonly root: number | undefined
}

/** The contents of a meta page. */
export interface Meta {
  readonly pageSize: number
  readonly main: TreeRecord
  readonly lastPage: number
  readonly transaction: bigint
}

/** The failure for invalid contents of a file. */
export function corrupt(state: string): Error {
  return failure('CORRUPT', 'read an LMDB file', undefined, state)
}

/** The data format of a file that begins with these bytes; `undefined` if it is not an LMDB file of this kind. */
export function formatOf(head: Buffer): number | undefined {
  if (head.length < META_BYTES || head.readUInt32LE(META.magic) !== MAGIC) return undefined
  return head.readUInt32LE(META.format)
}

/** The page size of a file that begins with these bytes. */
export function pageSizeOf(head: Buffer): number {
  const size = head.readUInt32LE(META.pageSize)
  if (size >= 512 && size <= 65_536 && (size & (size - 1)) === 0) return size
  throw corrupt(`a page cannot have ${size} bytes`)
}

/** `undefined` if the page is not a complete meta page. */
export function readMeta(page: Buffer): Meta | undefined {
  if (formatOf(page) !== FORMAT) return undefined
  return {
    pageSize: pageSizeOf(page),
    main: readTree(page, META.mainTree),
    lastPage: readNumber(page, META.lastPage),
    transaction: page.readBigUInt64LE(META.transaction),
  }
}

/** The tree record at an offset. */
export function readTree(bytes: Buffer, at: number): TreeRecord {
  if (bytes.length < at + TREE_BYTES) throw corrupt('a tree record is cut off')
  const depth = bytes.readUInt16LE(at + 6)
  const isEmpty = bytes.readBigUInt64LE(at + 40) === NO_PAGE
  if (!isEmpty && (depth < 1 || depth > MAX_DEPTH)) throw corrupt(`a tree cannot be ${depth} pages deep`)
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth,
    entries: readNumber(bytes, at + 32),
    root: isEmpty ? undefined : readNumber(bytes, at + 40),
  }
}

/** A whole number of 8 bytes. */
export function readNumber(bytes: Buffer, at: number): number {
  if (bytes.length < at + 8) throw corrupt('a number is cut off')
  const value = bytes.readBigUInt64LE(at)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw corrupt(`${value.toString()} is too large`)
  return Number(value)
}
