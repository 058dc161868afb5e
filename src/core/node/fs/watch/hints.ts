/** Names in a folder that are worth a look. */
export interface HintedFolder {
  readonly folder: readonly string[]
  readonly names: ReadonlySet<string>
}

/** Names of folders that are worth a look, each once however often it was mentioned. */
export class Hints {
  readonly #came: () => void
  #names = new Map<string, { readonly folder: readonly string[]; readonly names: Set<string> }>()

  /** @param came Told of each hint. */
  constructor(came: () => void) {
    this.#came = came
  }

  get isEmpty(): boolean {
    return this.#names.size === 0
  }

  /** A name in a folder may stand for something else than before. */
  add(folder: readonly string[], name: string): void {
    const path = folder.join('/')
    const known = this.#names.get(path)
    if (known === undefined) this.#names.set(path, { folder, names: new Set([name]) })
    else known.names.add(name)
    this.#came()
  }

  /** Hands over everything, the folders nearest to the root first. */
  take(): readonly HintedFolder[] {
    const all = [...this.#names.values()]
    this.#names = new Map()
    return all.sort((a, b) => a.folder.length - b.folder.length)
  }
}
