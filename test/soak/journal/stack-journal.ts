import { join } from 'node:path'
import type { JournalDatastore } from '../../../src/core/adapters/journal/journal.ts'
import type { JournalLog } from '../../../src/core/adapters/journal/journal-log.ts'
import { fileJournal } from '../../../src/core/node/journal/file-journal.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { logOf } from './memory-journal-kind.ts'

/** Kinds that pass on every key and value unchanged, and keep nothing. */
const PASSING: ReadonlySet<string> = new Set([
  'retry',
  'timeout',
  'rate-limit',
  'fault',
  'metrics',
  'logging',
  'journal',
  'memory-journal',
  'broken-journal',
])

/** A journal of an open stack. */
export class StackJournal {
  readonly store: JournalDatastore
  readonly node: StackNodeDocument
  /** An undo is visible at once, and the recorded keys and values are those of the caller. */
  readonly isInSight: boolean
  readonly #folder: string

  constructor(store: JournalDatastore, node: StackNodeDocument, root: StackNodeDocument, folder: string) {
    this.store = store
    this.node = node
    this.isInSight = isInSight(node, root)
    this.#folder = folder
  }

  get id(): string {
    return this.node.id ?? ''
  }

  /** The log is present when the stack is opened again. */
  get isLasting(): boolean {
    return this.node['log'] !== undefined
  }

  /** Its log is far larger than a history. */
  get keepsAll(): boolean {
    return this.node['maxBytes'] === undefined
  }

  /** The log by itself, once the stack is closed. */
  async openLog(): Promise<JournalLog> {
    const path = this.node['log']
    return typeof path === 'string' ? fileJournal(join(this.#folder, path)) : logOf(this.store)
  }
}

function isInSight(node: StackNodeDocument, root: StackNodeDocument): boolean {
  if (root === node) return true
  const below = root['store'] as StackNodeDocument | undefined
  return PASSING.has(root.kind) && below !== undefined && isInSight(node, below)
}
