import { TreeView, type TreeViewOptions } from './tree-view.ts'

/** The tree in sight. A new stack of the same session takes the old one's place only when it can be drawn. */
export class CurrentView {
  readonly #listeners = new Set<() => void>()
  #shown: TreeView | undefined
  #latest: TreeView | undefined

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly get = (): TreeView | undefined => this.#shown

  /** @returns A function that ends the tree. What it shows stays in sight until the next one is there. */
  show(options: TreeViewOptions): () => void {
    const view = new TreeView(options)
    this.#latest = view
    if (this.#shown?.session === options.session) {
      void view.restored.then(() => {
        if (this.#latest === view) this.#set(view)
      })
    } else this.#set(view)
    return () => {
      view.end()
      if (this.#latest === view) this.#latest = undefined
    }
  }

  #set(view: TreeView): void {
    this.#shown = view
    for (const listener of this.#listeners) listener()
  }
}
