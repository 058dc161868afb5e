import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../../../core/node/fs/open-folder.ts'
import type { Environment } from '../../../shared/contract-constants.ts'
import type { Source } from '../../../shared/procedures/sessions.ts'
import type { Recent, Settings, WorkspaceState } from '../../../shared/procedures/workspace.ts'
import type { Log } from '../calls/describe-failure.ts'
import { environmentId, forgetRecent, type NewRecent, recentId, rememberRecent } from './recents.ts'
import {
  type LoadedWorkspace,
  loadWorkspaceFile,
  saveWorkspaceFile,
  type WindowState,
  type WorkspaceContent,
} from './workspace-file.ts'

/** What is remembered between runs, as shells can read it. */
export interface WorkspaceView {
  readonly state: WorkspaceState
  /** @returns A function that ends the subscription. */
  onChange(listener: (state: WorkspaceState) => void): () => void
}

/** Absent or `undefined` fields stay unchanged. */
export type SettingsChanges = { readonly [Name in keyof Settings]?: Settings[Name] | undefined }

const DEFAULT_SETTINGS: Settings = { theme: 'system', panels: {}, views: {} }

/** Milliseconds for which changes are collected before they are saved. */
const SAVE_DELAY = 500

/** Recents, settings and the position of the window, kept in one file that is replaced atomically. */
export class Workspace implements WorkspaceView {
  /** When the loaded file was saved, in milliseconds since 1970; absent if it was missing or not entirely usable. */
  readonly savedAt: number | undefined
  readonly #path: string
  readonly #log: Log
  readonly #canSave: boolean
  readonly #listeners = new Set<(state: WorkspaceState) => void>()
  #content: WorkspaceContent & { readonly settings: Settings }
  #notice: string | undefined
  #timer: NodeJS.Timeout | undefined
  #saving: Promise<void> = Promise.resolve()

  private constructor(
    path: string,
    loaded: LoadedWorkspace,
    { log, savedAt }: { readonly log: Log; readonly savedAt: number | undefined },
  ) {
    const { content = { recents: [], settings: {} }, notice, canSave } = loaded
    this.#path = path
    this.#content = { ...content, settings: { ...DEFAULT_SETTINGS, ...withoutUndefined(content.settings) } }
    this.#notice = notice
    this.#canSave = canSave
    this.savedAt = loaded.isRepaired === true || loaded.content === undefined ? undefined : savedAt
    this.#log = log
    if (loaded.isRepaired === true) this.#saveSoon()
  }

  static async open(dataDirectory: string, log: Log): Promise<Workspace> {
    // If this fails, saving fails too, which is reported to the user.
    await makeFolder(dataDirectory, 0o700).catch(() => undefined)
    const path = join(dataDirectory, 'workspace.json')
    const stats = await stat(path).catch(() => undefined)
    return new Workspace(path, await loadWorkspaceFile(path), { log, savedAt: stats?.mtimeMs })
  }

  get state(): WorkspaceState {
    const { settings } = this.#content
    const recents = this.#content.recents.map(recent => {
      const environment = this.environmentOf(recent.source)
      return environment === 'development' ? recent : { ...recent, environment }
    })
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

  /** Stores the lock of a source that is among the recents. */
  setReadOnly(source: Source, isReadOnly: boolean): void {
    const id = recentId(source)
    const recents = this.#content.recents.map(recent =>
      recent.id === id ? { ...recent, isReadOnly } : recent,
    )
    this.#change({ ...this.#content, recents })
  }

  environmentOf(source: Source): Environment {
    return this.#content.environments?.[environmentId(source)] ?? 'development'
  }

  /** Kept when the source is forgotten: a production stack that is opened again years later is still production. */
  setEnvironment(source: Source, environment: Environment): void {
    const environments = new Map(Object.entries(this.#content.environments ?? {}))
    if (environment === 'development') environments.delete(environmentId(source))
    else environments.set(environmentId(source), environment)
    this.#change({ ...this.#content, environments: Object.fromEntries(environments) })
  }

  remember(opened: NewRecent): void {
    this.#change({ ...this.#content, recents: rememberRecent(this.#content.recents, opened, Date.now()) })
  }

  forget(id: string): void {
    this.#change({ ...this.#content, recents: forgetRecent(this.#content.recents, id) })
  }

  dismissNotice(): void {
    this.#notice = undefined
    this.#notify()
  }

  /** Saves unsaved changes. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) this.#saveNow()
    await this.#saving
  }

  #change(content: WorkspaceContent & { readonly settings: Settings }): void {
    this.#content = content
    this.#saveSoon()
    this.#notify()
  }

  #notify(): void {
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
        this.#notify()
      })
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : 'it failed without a reason'
}

/** A spread would let an `undefined` hide an existing value. */
function withoutUndefined<T extends object>(value: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const given = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(given) as { [Name in keyof T]?: Exclude<T[Name], undefined> }
}
