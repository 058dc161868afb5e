/** Keys by their parent: which of a level's names are in the set is known without looking at the others. */
export class KeySet {
  readonly #names = new Map<string, Set<string>>()

  constructor(keys: Iterable<string> = []) {
    for (const key of keys) this.add(key)
  }

  add(key: string): void {
    const { prefix, name } = splitKey(key)
    const names = this.#names.get(prefix) ?? new Set()
    this.#names.set(prefix, names.add(name))
  }

  /** Takes the names below `prefix` out of the set. */
  take(prefix: string): ReadonlySet<string> {
    const names = this.#names.get(prefix) ?? new Set<string>()
    this.#names.delete(prefix)
    return names
  }
}

/** `/a/b` → `/a` and `b`. */
export function splitKey(key: string): { readonly prefix: string; readonly name: string } {
  const slash = key.lastIndexOf('/')
  return { prefix: slash <= 0 ? '/' : key.slice(0, slash), name: key.slice(slash + 1) }
}

/** `/a/b` → `a`, `b`; the root has no segments. */
export function segmentsOf(key: string): readonly string[] {
  return key.split('/').filter(segment => segment !== '')
}
