import { Disk, type Soon } from '../../../../src/core/node/fs/disk.ts'

/** An error like those of Node's file operations. */
export function systemError(code: string, syscall = 'test'): Error {
  return Object.assign(new Error(`${code}: made up, ${syscall}`), { code, syscall })
}

type Verb = 'open' | 'rename' | 'link' | 'write' | 'mkdir' | 'read' | 'fsync' | 'fdatasync' | 'unlink'

/** A disk on which selected operations fail with a given error, and which counts its operations. */
export class FaultyDisk extends Disk {
  readonly calls: string[] = []
  readonly #faults = new Map<Verb, (path: string) => string | undefined>()

  /** `fault` is called before each `verb`, and returns the code of the error to fail with, or `undefined`. */
  fail(verb: Verb, fault: (path: string) => string | undefined): void {
    this.#faults.set(verb, fault)
  }

  /** Fails the next `times` calls. */
  failTimes(verb: Verb, code: string, times: number): void {
    let left = times
    this.fail(verb, () => (left-- > 0 ? code : undefined))
  }

  override open(path: string, flags: number, mode?: number): Soon<number> {
    this.#check('open', path)
    return super.open(path, flags, mode)
  }

  override rename(from: string, to: string): Soon<void> {
    this.#check('rename', to)
    return super.rename(from, to)
  }

  override link(from: string, to: string): Soon<void> {
    this.#check('link', to)
    return super.link(from, to)
  }

  override mkdir(path: string): Soon<void> {
    this.#check('mkdir', path)
    return super.mkdir(path)
  }

  override unlink(path: string): Soon<void> {
    this.#check('unlink', path)
    return super.unlink(path)
  }

  override async write(fd: number, source: Uint8Array): Promise<number> {
    this.#check('write', '')
    return super.write(fd, source)
  }

  override async read(fd: number, target: Uint8Array, position: number): Promise<number> {
    this.#check('read', '')
    return super.read(fd, target, position)
  }

  override async fsync(fd: number): Promise<void> {
    this.#check('fsync', '')
    return super.fsync(fd)
  }

  override async fdatasync(fd: number): Promise<void> {
    this.#check('fdatasync', '')
    return super.fdatasync(fd)
  }

  count(verb: Verb): number {
    return this.calls.filter(call => call === verb).length
  }

  #check(verb: Verb, path: string): void {
    this.calls.push(verb)
    const code = this.#faults.get(verb)?.(path)
    if (code !== undefined) throw systemError(code, verb)
  }
}
