import { readdirSync, type Stats } from 'node:fs'
import { Disk, type Soon } from '../../../../../src/core/node/fs/disk.ts'

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/**
 * A disk that is blind to case and to normalization, and keeps names as they were first written, as those of macOS and
 * Windows do. It stands on one that is not: each name on the way is replaced by the one that is there and folds alike.
 */
export class CaseBlindDisk extends Disk {
  readonly #root: string

  /** @param root Only what is below it is blind. */
  constructor(root: string) {
    super()
    this.#root = root
  }

  override open(path: string, flags: number, mode?: number): Soon<number> {
    return super.open(this.#there(path), flags, mode)
  }

  override lstat(path: string): Soon<Stats | undefined> {
    return super.lstat(this.#there(path))
  }

  override readdir(path: string, isSmall: boolean): ReturnType<Disk['readdir']> {
    return super.readdir(this.#there(path), isSmall)
  }

  override assertWritable(path: string): Soon<void> {
    return super.assertWritable(this.#there(path))
  }

  override mkdir(path: string): Soon<void> {
    return super.mkdir(this.#there(path))
  }

  override rmdir(path: string): Soon<void> {
    return super.rmdir(this.#there(path))
  }

  override unlink(path: string): Soon<void> {
    return super.unlink(this.#there(path))
  }

  override rename(from: string, to: string): Soon<void> {
    return super.rename(this.#there(from), this.#there(to))
  }

  override link(from: string, to: string): Soon<void> {
    return super.link(this.#there(from), this.#there(to))
  }

  /** The path of what such a disk would find under a path. */
  #there(path: string): string {
    const [, base = '', below = ''] = /^(\/proc\/self\/fd\/\d+|)(.*)$/su.exec(path) ?? []
    if (base === '' && !path.startsWith(`${this.#root}/`)) return path
    const start = base === '' ? this.#root : base
    const names = (base === '' ? below.slice(this.#root.length) : below)
      .split('/')
      .filter(name => name !== '')
    return names.reduce((folder, name) => `${folder}/${nameIn(folder, name)}`, start)
  }
}

function nameIn(folder: string, name: string): string {
  try {
    return readdirSync(folder).find(one => fold(one) === fold(name)) ?? name
  } catch {
    // Where there is no such folder, the operation itself says so.
    return name
  }
}
