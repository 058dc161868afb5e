import { readdirSync, type Stats } from 'node:fs'
import { Disk, type Soon } from '../../../../../src/core/node/fs/disk.ts'

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/**
 * A disk that ignores case and normalization but preserves names, like those of macOS and Windows. It runs on a
 * case-sensitive disk: each name in a path is replaced by an existing name with the same folded form.
 */
export class CaseBlindDisk extends Disk {
  readonly #root: string

  /** @param root Only paths below it ignore case. */
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

  /** The existing path that such a disk finds for a path. */
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
    // If the folder does not exist, the operation itself fails.
    return name
  }
}
