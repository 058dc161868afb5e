import { join } from 'node:path'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import type { Recent, Settings, WorkspaceState } from '../../../shared/procedures/workspace.ts'
import type { Log } from '../calls/describe-failure.ts'
import { forgetRecent, type NewRecent, recentId, rememberRecent } from './recents.ts'
import {
  type LoadedWorkspace,
  loadWorkspaceFile,
  saveWorkspaceFile,
  type WindowState,
  type WorkspaceContent,
} from './workspace-file.ts'

/** What is remembered from one start to the next, as a shell may look at it. */
export interface WorkspaceView {
  readonly state: WorkspaceState
  /** @returns A function that ends the subscription. */
  onChange(listener: (state: WorkspaceState) => void): () => void
}

/** What is absent or `undefined` stays as it is. */
export type SettingsChanges = { readonly [Name in keyof Settings]?: Settings[Name] | undefined }

const DEFAULT_SETTINGS: Settings = { theme: 'system', panels: {}, views: {} }

/** Milliseconds that changes are gathered before they are saved. */
const SAVE_DELAY = 500

/** Recents, settings and the window's place, kept in one file that is replaced whole. */
export class Workspace implements WorkspaceView {
  readonly #path: string
  readonly #log: Log
  readonly #canSave: boolean
  readonly #listeners = new Set<(state: WorkspaceState) => void>()
  #content: WorkspaceContent & { readonly settings: Settings }
  #notice: string | undefined
  #timer: NodeJS.Timeout | undefined
  #saving: Promise<void> = Promise.resolve()

  private constructor(path: string, loaded: LoadedWorkspace, log: Log) {
    const { content = { recents: [], settings: {} }, notice, canSave } = loaded
    this.#path = path
    this.#content = { ...content, settings: { ...DEFAULT_SETTINGS, ...withoutUndefined(content.settings) } }
    this.#notice = notice
    this.#canSave = canSave
    this.#log = log
    if (loaded.isRepaired === true) this.#saveSoon()
  }

  static async open(dataDirectory: string, log: Log): Promise<Workspace> {
    // Should this fail, then saving does, and the person is told.
    await makeFolder(dataDirectory, 0o700).catch(() => undefined)
    const path = join(dataDirectory, 'workspace.json')
    return new Workspace(path, await loadWorkspaceFile(path), log)
  }

  get state(): WorkspaceState {
    const { recents, settings } = this.#content
    return { recents, settings, ...(this.#notice !== undefined && { notice: this.#notice }) }
  }

  get windowState(): WindowState | undefined {
    return this.#content.windowState
  }

  set windowState(windowState: WindowState | undefined) {
    this.#content = { ...this.#content, windowState }
    this.#saveSoon()
  }

  onChange(listener: (state: WorkspaceState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  updateSettings(changes: SettingsChanges): void {
    const settings = { ...this.#content.settings, ...withoutUndefined(changes) }
    this.#change({ ...this.#content, settings })
  }

  recentOf(source: Source): Recent | undefined {
    const id = recentId(source)
    return this.#content.recents.find(recent => recent.id === id)
  }

  /** Remembers the lock of a source that is among the recents. */
  setReadOnly(source: Source, isReadOnly: boolean): void {
    const id = recentId(source)
    const recents = this.#content.recents.map(recent =>
      recent.id === id ? { ...recent, isReadOnly } : recent,
    )
    this.#change({ ...this.#content, recents })
  }

  remember(opened: NewRecent): void {
    this.#change({ ...this.#content, recents: rememberRecent(this.#content.recents, opened, Date.now()) })
  }

  forget(id: string): void {
    this.#change({ ...this.#content, recents: forgetRecent(this.#content.recents, id) })
  }

  dismissNotice(): void {
    this.#notice = undefined
    this.#tell()
  }

  /** Saves what is not saved yet. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#saveNow()
    await this.#saving
  }

  #change(content: WorkspaceContent & { readonly settings: Settings }): void {
    this.#content = content
    this.#saveSoon()
    this.#tell()
  }

  #tell(): void {
    const { state } = this
    for (const listener of this.#listeners) listener(state)
  }

  #saveSoon(): void {
    if (this.#canSave) this.#timer ??= setTimeout(() => this.#saveNow(), SAVE_DELAY).unref()
  }

  #saveNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#saving = this.#saving
      .then(() => saveWorkspaceFile(this.#path, this.#content))
      .catch((error: unknown) => {
        this.#log('The workspace could not be saved', error)
        this.#notice = `The workspace could not be saved to ${this.#path}: ${describe(error)}`
        this.#tell()
      })
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : 'it failed without a reason'
}

/** A spread would let an `undefined` hide what was there. */
function withoutUndefined<T extends object>(value: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const given = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(given) as { [Name in keyof T]?: Exclude<T[Name], undefined> }
}
