import type { FolderFlush } from './folder-sync.ts'

/** Puts off the flushes of folders, so that each folder is flushed once for many changes. */
export class FolderGroup implements FolderFlush {
  readonly #folders: FolderFlush
  #due = new Map<string, readonly string[]>()

  constructor(folders: FolderFlush) {
    this.#folders = folders
  }

  async settle(names: readonly string[]): Promise<void> {
    this.#due.set(names.join('/'), names)
  }

  /** Flushes what was put off. What fails is due again. */
  async flush(): Promise<void> {
    const due = this.#due
    this.#due = new Map()
    const flushed = [...due.values()].map(async names => {
      try {
        await this.#folders.settle(names)
      } catch (error) {
        this.#due.set(names.join('/'), names)
        throw error
      }
    })
    const failed = (await Promise.allSettled(flushed)).find(one => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }
}
