/** The browser's storage, in memory. */
export class MapStorage implements Storage {
  readonly #items = new Map<string, string>()
  readonly [name: string]: unknown

  get length(): number {
    return this.#items.size
  }

  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null
  }

  getItem(name: string): string | null {
    return this.#items.get(name) ?? null
  }

  setItem(name: string, value: string): void {
    this.#items.set(name, value)
  }

  removeItem(name: string): void {
    this.#items.delete(name)
  }

  clear(): void {
    this.#items.clear()
  }
}
