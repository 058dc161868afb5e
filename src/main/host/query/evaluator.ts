import { isUtf8 } from 'node:buffer'
import { Key } from '../../../core/key.ts'
import { type Test, testOf } from '../../../core/query/condition.ts'
import { type Facts, type Field, parseField, readField } from '../../../core/query/field.ts'
import type { Condition } from '../../../core/query/query.ts'
import { ValueView } from '../../../core/query/value-view.ts'
import { decodeValue } from '../../../core/values/pipeline.ts'
import { compression } from '../values/compression.ts'
import { asBuffer, type Excerpt, excerptOf, finderOf } from './excerpt.ts'
import { type EntryStat, FileReader, isAbsent, MAX_VALUE_BYTES, TooLarge } from './file-reader.ts'

/** What to evaluate for each entry of a run. Plain data, because it is sent to other threads. */
export interface Task {
  /** All must hold. Conditions on the key alone have been checked before. */
  readonly where: readonly Condition[]
  readonly needsValue: boolean
  /** Whether the conditions or the order also need the key. */
  readonly needsKey: boolean
  /** The fields that results are sorted by. */
  readonly orderBy: readonly string[]
  /** Paths into the value whose values are shown next to a hit. */
  readonly columns: readonly string[]
}

/** Entries that are evaluated together. */
export type Batch =
  | {
      readonly type: 'files'
      /** Only where the task needs them. */
      readonly keys?: readonly string[] | undefined
      /** Joined by U+0000, which no path contains: one text is sent to a thread faster than many. */
      readonly paths: string
    }
  | {
      readonly type: 'bytes'
      readonly keys: readonly string[]
      readonly bytes: Uint8Array<ArrayBuffer>
      /** Where each value ends in `bytes`. */
      readonly ends: readonly number[]
      readonly mtimes: readonly (number | undefined)[]
    }

/** What is shown of a value that was found. */
export interface Detail {
  /** The text around the first match. */
  readonly excerpt?: Excerpt | undefined
  /** A text for each column of the task. */
  readonly columns?: readonly (string | undefined)[] | undefined
}

export interface Hit {
  /** The index of the entry in its batch. */
  readonly index: number
  readonly size: number
  readonly mtime: number | undefined
  readonly detail?: Detail | undefined
  /** The values of the fields that results are sorted by. */
  readonly place?: readonly unknown[] | undefined
}

export interface BatchResult {
  readonly hits: readonly Hit[]
  /** The indices of entries that must be read through the store instead. */
  readonly failed: readonly number[]
  /** Entries that were not searched, and why. */
  readonly refused: readonly { readonly index: number; readonly message: string }[]
  /** Bytes of values that were read. */
  readonly byteLength: number
}

/** Checks entries against conditions on their values and metadata. */
export class Evaluator {
  readonly #task: Task
  readonly #tests: readonly Test[]
  readonly #places: readonly Field[]
  readonly #columns: readonly Field[]
  readonly #find: ((view: ValueView) => readonly [number, number] | undefined) | undefined
  readonly #reader = new FileReader()

  constructor(task: Task) {
    this.#task = task
    this.#tests = task.where.map(testOf)
    this.#places = task.orderBy.map(parseField)
    this.#columns = task.columns.map(parseField)
    this.#find = finderOf(task.where)
  }

  evaluate(batch: Batch): BatchResult {
    return batch.type === 'files' ? this.#evaluateFiles(batch) : this.#evaluateBytes(batch)
  }

  /**
   * @param stat Called only if a condition or a hit needs it.
   * @param bytes The value, if the task needs it.
   */
  evaluateOne(index: number, key: string, stat: () => EntryStat, bytes?: Uint8Array): Hit | undefined {
    const view = bytes && new FastView(bytes, key)
    const facts = new EntryFacts(key, stat, view)
    return this.#tests.every(test => test(facts)) ? this.#hit(index, facts, view) : undefined
  }

  #evaluateBytes({ keys, bytes, ends, mtimes }: Extract<Batch, { type: 'bytes' }>): BatchResult {
    const hits: Hit[] = []
    let start = 0
    for (const [index, end] of ends.entries()) {
      const value = bytes.subarray(start, end)
      start = end
      const stat = { size: value.length, mtime: mtimes[index] }
      const hit = this.evaluateOne(index, keys[index] ?? '', () => stat, value)
      if (hit !== undefined) hits.push(hit)
    }
    return { hits, failed: [], refused: [], byteLength: bytes.length }
  }

  #evaluateFiles({ keys, paths }: Extract<Batch, { type: 'files' }>): BatchResult {
    const hits: Hit[] = []
    const failed: number[] = []
    const refused: BatchResult['refused'][number][] = []
    let byteLength = 0
    for (const [index, path] of paths.split('\0').entries()) {
      try {
        const file = this.#reader.open(path)
        try {
          const bytes = this.#task.needsValue ? file.read() : undefined
          byteLength += bytes?.length ?? 0
          // Without a key, the name of the file is the name that a value is decoded by.
          const hit = this.evaluateOne(index, keys?.[index] ?? path, () => file.stat, bytes)
          if (hit !== undefined && file.isAt(path)) hits.push(hit)
          else if (hit !== undefined) failed.push(index)
        } finally {
          file.close()
        }
      } catch (error) {
        if (error instanceof TooLarge) refused.push({ index, message: error.message })
        else if (!isAbsent(error)) failed.push(index)
      }
    }
    return { hits, failed, refused, byteLength }
  }

  #hit(index: number, facts: EntryFacts, view: ValueView | undefined): Hit {
    return {
      index,
      size: facts.size,
      mtime: facts.mtime,
      detail: view && this.#detailOf(facts, view),
      ...(this.#places.length > 0 && { place: this.#places.map(field => placeIn(field, facts)) }),
    }
  }

  #detailOf(facts: Facts, view: ValueView): Detail | undefined {
    const found = this.#find?.(view)
    const excerpt = found && excerptOf(view.text, ...found)
    if (excerpt === undefined && this.#columns.length === 0) return undefined
    return { excerpt, columns: this.#columns.map(field => shownText(readField(field, facts))) }
  }
}

/** The properties of an entry, each determined only when a condition needs it. */
class EntryFacts implements Facts {
  readonly value: ValueView | undefined
  readonly #text: string
  readonly #stat: () => EntryStat

  constructor(text: string, stat: () => EntryStat, value: ValueView | undefined) {
    this.#text = text
    this.#stat = stat
    this.value = value
  }

  get key(): Key {
    return Key.parse(this.#text)
  }

  get size(): number {
    return this.value?.bytes.length ?? this.#stat().size
  }

  get mtime(): number | undefined {
    return this.#stat().mtime
  }
}

/** A value whose content is decompressed and decoded before it is searched, with the fast search of `Buffer`. */
class FastView extends ValueView {
  readonly #key: string
  #content: Uint8Array | undefined

  constructor(bytes: Uint8Array, key: string) {
    super(bytes)
    this.#key = key
  }

  override get content(): Uint8Array {
    this.#content ??= isPlain(this.bytes)
      ? this.bytes
      : decodeValue(this.bytes, {
          name: this.#key.slice(this.#key.lastIndexOf('/') + 1),
          compression,
          limit: MAX_VALUE_BYTES,
        }).shown
    return this.#content
  }

  override hasText(text: string): boolean {
    // If the text has no unambiguous bytes, the decoded text is searched.
    const needle = needleOf(text)
    return needle === undefined ? super.hasText(text) : asBuffer(this.content).includes(needle)
  }

  override hasBytes(wanted: Uint8Array): boolean {
    const needle = asBuffer(wanted)
    return asBuffer(this.bytes).includes(needle) || asBuffer(this.content).includes(needle)
  }
}

/** Whether bytes are UTF-8 text without NUL. Many NUL bytes would indicate UTF-16 or UTF-32. */
function isPlain(bytes: Uint8Array): boolean {
  return isUtf8(bytes) && !bytes.includes(0)
}

let lastNeedle: { readonly text: string; readonly bytes: Buffer | undefined } | undefined

/** The UTF-8 bytes of a text; `undefined` if other bytes may decode to the same text. */
function needleOf(text: string): Buffer | undefined {
  if (lastNeedle?.text !== text) {
    const bytes = Buffer.from(text)
    const isPlain = bytes.toString() === text && !text.includes('\ufffd')
    lastNeedle = { text, bytes: isPlain ? bytes : undefined }
  }
  return lastNeedle.bytes
}

/** The maximum number of characters of a text that results are sorted by. One is kept for each entry. */
const MAX_PLACE_LENGTH = 200

function placeIn(field: Field, facts: Facts): unknown {
  const found = field.kind === 'key' ? facts.key.toString() : readField(field, facts)
  if (typeof found === 'string') return found.slice(0, MAX_PLACE_LENGTH)
  return typeof found === 'object' && found !== null ? undefined : found
}

const MAX_SHOWN_LENGTH = 100

function shownText(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text
}
