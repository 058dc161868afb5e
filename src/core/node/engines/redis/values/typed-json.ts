import { failure } from '../../../../errors.ts'
import type { Reply } from '../server/connection.ts'

/** Types of values that are shown as JSON. */
export type TypedKind = 'hash' | 'list' | 'set' | 'zset' | 'stream'

export function isTyped(kind: string): kind is TypedKind {
  return ['hash', 'list', 'set', 'zset', 'stream'].includes(kind)
}

/** An entry of a stream: its id, and its fields alternating with values. */
export interface StreamEntry {
  readonly id: string
  readonly fields: readonly Buffer[]
}

const MARK = '\ufffd'
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The value as JSON: `{"hash":{…}}`, `{"list":[…]}`, `{"set":[…]}`, `{"zset":[[member, score], …]}`, `{"stream":[[id,
 * [[field, value], …]], …]}`. Unordered members are sorted.
 */
export function jsonOf(kind: TypedKind, members: readonly Reply[]): Uint8Array {
  const lines = linesOf(kind, members)
  const [open, close] = kind === 'hash' ? ['{', '}'] : ['[', ']']
  const body = lines.length === 0 ? '' : `\n${lines.map(line => `    ${line}`).join(',\n')}\n  `
  return new TextEncoder().encode(`{\n  "${kind}": ${open}${body}${close}\n}\n`)
}

function linesOf(kind: TypedKind, members: readonly Reply[]): readonly string[] {
  if (kind === 'list') return members.map(quoted)
  if (kind === 'set') return members.map(quoted).sort()
  if (kind === 'hash')
    return pairsOf(members)
      .map(([field, value]) => `${quoted(field)}: ${quoted(value)}`)
      .sort()
  if (kind === 'zset')
    return pairsOf(members).map(([member, score]) => `[${quoted(member)}, ${scoreText(score)}]`)
  return members.map(entry => {
    const [id, fields] = entry as [Buffer, Reply[]]
    const pairs = pairsOf(fields).map(([field, value]) => `[${quoted(field)}, ${quoted(value)}]`)
    return `[${quoted(id)}, [${pairs.join(', ')}]]`
  })
}

function pairsOf(items: readonly Reply[]): readonly (readonly [Reply, Reply])[] {
  return Array.from({ length: items.length / 2 }, (_, index) => [
    items[2 * index] as Reply,
    items[2 * index + 1] as Reply,
  ])
}

function quoted(bytes: Reply): string {
  return JSON.stringify(textOf(bytes as Buffer))
}

/** A number if JSON represents it exactly; else the text of the server, such as `"inf"`. */
function scoreText(score: Reply): string {
  const text = String(score)
  return Number.isFinite(Number(text)) ? String(Number(text)) : JSON.stringify(text)
}

/**
 * Bytes as text. Bytes that are not UTF-8, and text that begins with U+FFFD, are escaped: U+FFFD, then the characters,
 * with `%` as `%25` and each invalid byte as `%XX`.
 */
export function textOf(bytes: Buffer): string {
  const plain = decoded(bytes)
  if (plain?.startsWith(MARK) === false) return plain
  let text = MARK
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOf(bytes[at] as number)
    const character = decoded(bytes.subarray(at, at + length))
    if (character === undefined || at + length > bytes.length) text += hex(bytes[at++] as number)
    else {
      text += character === '%' ? '%25' : character
      at += length
    }
  }
  return text
}

/** @throws TypeError for a text that is not a valid escape. */
export function bytesOf(text: string): Buffer {
  if (!text.startsWith(MARK)) return Buffer.from(text)
  const pieces = text.slice(1).split(/(%[0-9A-F]{2})/)
  const bytes = Buffer.concat(
    pieces.map((piece, index) => (index % 2 === 0 ? Buffer.from(piece) : Buffer.from(piece.slice(1), 'hex'))),
  )
  if (textOf(bytes) !== text) throw new TypeError(`no bytes are written as ${JSON.stringify(text)}`)
  return bytes
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

function lengthOf(first: number): number {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

function hex(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

/** The contents of a value according to its JSON: alternating arguments of its members, or the entries of a stream. */
export type Members =
  | { readonly kind: Exclude<TypedKind, 'stream'>; readonly args: readonly Buffer[] }
  | { readonly kind: 'stream'; readonly entries: readonly StreamEntry[] }

/** @throws DatastoreError `VALUE_INVALID` for bytes that are not the JSON form of this type. */
export function membersOf(kind: TypedKind, bytes: Uint8Array): Members {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof json !== 'object' || json === null || Object.keys(json).join() !== kind) {
      throw new TypeError(`it is not an object with "${kind}" alone`)
    }
    return parsed(kind, (json as Record<string, unknown>)[kind])
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    const state = `there is a ${kind}, which is written as {"${kind}": …}: ${detail}`
    throw failure('VALUE_INVALID', 'put', undefined, state, error)
  }
}

function parsed(kind: TypedKind, value: unknown): Members {
  if (kind === 'hash') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new TypeError('it is not an object')
    const args = Object.entries(value).flatMap(([field, one]) => [bytesOf(field), bytesOf(textIn(one))])
    return { kind, args: some(args) }
  }
  const items = listIn(value)
  if (kind === 'list') return { kind, args: some(items.map(item => bytesOf(textIn(item)))) }
  if (kind === 'set') {
    const args = items.map(item => bytesOf(textIn(item)))
    refuseTwice(args)
    return { kind, args: some(args) }
  }
  if (kind === 'zset') {
    const pairs = items
      .map(item => pairIn(item))
      .map(([member, score]) => [bytesOf(textIn(member)), scoreIn(score)])
    refuseTwice(pairs.map(([member]) => member as Buffer))
    // ZADD takes the score first.
    return { kind, args: some(pairs.flatMap(([member, score]) => [score as Buffer, member as Buffer])) }
  }
  const entries = items.map(item => {
    const [id, fields] = pairIn(item)
    const pairs = listIn(fields).map(pairIn)
    if (pairs.length === 0) throw new TypeError('an entry has no field')
    return { id: textIn(id), fields: pairs.flat().map(one => bytesOf(textIn(one))) }
  })
  return { kind, entries }
}

function some(args: readonly Buffer[]): readonly Buffer[] {
  if (args.length === 0) throw new TypeError('it has no members; delete the key instead')
  return args
}

function refuseTwice(members: readonly Buffer[]): void {
  if (new Set(members.map(member => member.toString('latin1'))).size === members.length) return
  throw new TypeError('a member is there twice')
}

function textIn(value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError(`${JSON.stringify(value)} is not text`)
}

function listIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TypeError('it is not a list')
}

function pairIn(value: unknown): readonly [unknown, unknown] {
  const list = listIn(value)
  if (list.length === 2) return [list[0], list[1]]
  throw new TypeError(`${JSON.stringify(value)} is not a pair`)
}

function scoreIn(value: unknown): Buffer {
  if (typeof value === 'number') return Buffer.from(String(value))
  if (value === 'inf' || value === '-inf') return Buffer.from(value)
  throw new TypeError(`${JSON.stringify(value)} is not a score`)
}
