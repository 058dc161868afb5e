/** Names of folders that are worth a look, each once however often it was mentioned. */
export class Hints {
  #names = new Map<string, { readonly folder: readonly string[]; readonly names: Set<string> }>()

  get isEmpty(): boolean {
    return this.#names.size === 0
  }

  add(folder: readonly string[], name: string): void {
    const path = folder.join('/')
    const known = this.#names.get(path)
    if (known === undefined) this.#names.set(path, { folder, names: new Set([name]) })
    else known.names.add(name)
  }

  /** Hands over everything, the folders nearest to the root first. */
  take(): readonly { readonly folder: readonly string[]; readonly names: ReadonlySet<string> }[] {
    const all = [...this.#names.values()]
    this.#names = new Map()
    return all.sort((a, b) => a.folder.length - b.folder.length)
  }
}
