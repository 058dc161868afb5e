/** So many folders are remembered; past that all are forgotten, and flushed once more. */
const REMEMBERED = 100_000

/** A folder whose name is on its way to the device. */
export interface Settling {
  readonly names: readonly string[]
  /** Tells this flush from others of the same folder. */
  readonly token: symbol
}

/** Which folders have their own names on the device, up to the root: what is put in one of them flushes that one alone. */
export class SettledFolders {
  readonly #settled = new Set<string>()
  readonly #settling = new Map<string, symbol>()

  /** The folders on the way to `names` whose names have yet to be flushed. */
  begin(names: readonly string[]): readonly Settling[] {
    const unsettled: Settling[] = []
    for (let depth = names.length; depth > 0; depth--) {
      const folder = names.slice(0, depth)
      const path = folder.join('/')
      if (this.#settled.has(path)) break
      const token = Symbol(path)
      this.#settling.set(path, token)
      unsettled.push({ names: folder, token })
    }
    return unsettled
  }

  /** The names of these folders are flushed, unless one was made anew meanwhile. */
  end(settling: readonly Settling[]): void {
    for (const { names, token } of settling) {
      const path = names.join('/')
      if (this.#settling.get(path) !== token) continue
      this.#settling.delete(path)
      if (this.#settled.size >= REMEMBERED) this.#settled.clear()
      this.#settled.add(path)
    }
  }

  /** A folder was made just now. */
  forget(names: readonly string[]): void {
    const path = names.join('/')
    this.#settled.delete(path)
    this.#settling.delete(path)
  }
}
