import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Problem } from '../../../shared/procedures/stacks.ts'
import type { TextStorage } from '../../api/host-storage.ts'
import type { StackTabState, TabSpec } from './tab.ts'

type StackSpec = Extract<TabSpec, { readonly kind: 'stack' }>

const PREFIX = 'strata.stack.'
const NEW_PREFIX = `${PREFIX}new.`
const FILE_PREFIX = `${PREFIX}file.`

/** Milliseconds after an edit before the draft is saved. */
const DELAY = 400

/** The storage name of the unapplied text of a session's stack. */
export function stackDraftName(session: string): string {
  return PREFIX + session
}

/** @param draft The edited text, if it was not applied. */
export function stackTabOf(session: SessionInfo, draft?: string): StackSpec {
  const { id, name, source, document } = session
  const path = source.type === 'stackFile' || source.type === 'document' ? source.path : undefined
  const initial = {
    text: documentText(document),
    ...(path !== undefined && { path }),
    ...(draft !== undefined && { draft }),
  }
  return { kind: 'stack', session: id, name, initial, draftName: stackDraftName(id) }
}

/** @param refused Why the text could not be opened. */
export function newStackTab(text: string, refused?: Problem): StackSpec {
  const draftName = NEW_PREFIX + crypto.randomUUID()
  const initial = { text, ...(refused !== undefined && { refused }) }
  return { kind: 'stack', session: undefined, name: 'new', initial, draftName }
}

interface StackFile {
  readonly path: string
  readonly text: string
  /** Why the text could not be opened. */
  readonly refused?: Problem | undefined
}

/** A tab for a stack file without a session, with the draft that an earlier window left. */
export function fileStackTab(storage: TextStorage, { path, text, refused }: StackFile): StackSpec {
  const draftName = FILE_PREFIX + path
  const draft = storage.getItem(draftName)
  const initial = {
    text,
    path,
    ...(draft !== null && { draft }),
    // A refused text is that of the file, not its draft.
    ...(draft === null && refused !== undefined && { refused }),
  }
  const name = path.slice(path.lastIndexOf('/') + 1)
  return { kind: 'stack', session: undefined, name, initial, draftName }
}

/** Stack files without a session that were edited in an earlier window. */
export function filesWithDraft(storage: TextStorage): string[] {
  return namesIn(storage, FILE_PREFIX).map(name => name.slice(FILE_PREFIX.length))
}

/** Tabs for new stacks of an earlier window that were never opened. */
export function begunStacks(storage: TextStorage): StackSpec[] {
  return namesIn(storage, NEW_PREFIX).map(draftName => {
    const draft = storage.getItem(draftName) ?? ''
    return { kind: 'stack', session: undefined, name: 'new', initial: { text: '{}\n', draft }, draftName }
  })
}

function namesIn(storage: TextStorage, prefix: string): string[] {
  const names = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
  return names.filter(name => name.startsWith(prefix))
}

export function documentText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Saves the draft of one stack tab shortly after each edit. */
export class StackDraftSaver {
  readonly #storage: TextStorage
  readonly #name: string
  #pending: { readonly text: string | undefined } | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(storage: TextStorage, { draftName }: Pick<StackTabState, 'draftName'>) {
    this.#storage = storage
    this.#name = draftName
  }

  /** @param text `undefined` if nothing would be lost. */
  note(text: string | undefined): void {
    this.#pending = { text }
    this.#timer ??= setTimeout(() => this.flush(), DELAY)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const pending = this.#pending
    this.#pending = undefined
    if (pending === undefined) return
    if (pending.text === undefined) this.#storage.removeItem(this.#name)
    else this.#storage.setItem(this.#name, pending.text)
  }
}
