import type { Disk } from '../disk/disk.ts'
import type { FolderGuard } from '../guard/folder-guard.ts'
import { type TempFile, TempFolder } from './temp-folder.ts'

/** Folders that files are made in side by side: more than the thread pool has threads, and few enough to look through. */
const LANES = 8

/** Where values wait for their place. */
export interface TempHome {
  create(mode: number): Promise<TempFile>
  sweep(): Promise<void>
  close(): Promise<void>
}

/**
 * One temporary folder, and others within it for what is made at the same time: a file system changes one folder for one
 * caller at a time, so that sixteen files at once are hardly faster in one folder than one after the other.
 */
export class TempLanes implements TempHome {
  readonly #lanes: readonly TempFolder[]

  /** @param prepare Called before one of the folders is made, or made again. */
  constructor(disk: Disk, guard: FolderGuard, names: readonly string[], prepare: () => Promise<void>) {
    this.#lanes = Array.from(
      { length: LANES },
      (_, lane) =>
        new TempFolder(disk, guard, lane === 0 ? names : [...names, `lane-${lane}`], true, prepare),
    )
  }

  create(mode: number): Promise<TempFile> {
    const [first, ...others] = this.#lanes as [TempFolder, ...TempFolder[]]
    return others.reduce((best, lane) => (lane.users < best.users ? lane : best), first).create(mode)
  }

  async sweep(): Promise<void> {
    for (const lane of this.#lanes) await lane.sweep()
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(lane => lane.close()))
  }
}
