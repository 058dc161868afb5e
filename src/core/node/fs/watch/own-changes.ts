import type { Key } from '../../../key.ts'
import type { Place } from '../layout.ts'

/** Where the value of a key is. */
export type OwnPlace = Pick<Place, 'folder' | 'name'>

/** A watch, as far as the stores of this process are to tell it something. */
export interface OwnListener {
  /** Something was written, or may have been. */
  wrote(place: OwnPlace): void
  /** A value was removed, or may have been, and this watch has not found that out by itself. */
  removed(key: Key, place: OwnPlace): void
}

/**
 * Tells the watches on a folder what the stores of this process do there, without waiting for the system to. A watch
 * that compares what it finds with what it knew cannot know of a value that it never met: one that was removed before it
 * had looked, or that came and went between two looks. So every removal is told.
 */
export class OwnChanges {
  readonly #listeners = new Set<OwnListener>()
  /** By the key: who knows already of a removal that is under way. */
  readonly #removals = new Map<string, Set<OwnListener>>()

  /** @returns A function that ends it. */
  listen(listener: OwnListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  put(place: OwnPlace): void {
    for (const listener of this.#listeners) listener.wrote(place)
  }

  /**
   * Removes a value by `work`, which tells whether there was one.
   * @returns What `work` told.
   */
  async remove(key: Key, place: OwnPlace, work: () => Promise<boolean>): Promise<boolean> {
    const text = key.toString()
    const knowing = new Set<OwnListener>()
    this.#removals.set(text, knowing)
    // One that fails may have removed it before.
    let isRemoved = true
    try {
      isRemoved = await work()
      return isRemoved
    } finally {
      if (this.#removals.get(text) === knowing) this.#removals.delete(text)
      if (isRemoved) this.#removed(key, place, knowing)
    }
  }

  /** A watch has found out by itself that a key is gone. */
  noteKnown(key: Key, listener: OwnListener): void {
    this.#removals.get(key.toString())?.add(listener)
  }

  #removed(key: Key, place: OwnPlace, knowing: ReadonlySet<OwnListener>): void {
    for (const listener of this.#listeners) {
      listener.wrote(place)
      if (!knowing.has(listener)) listener.removed(key, place)
    }
  }
}
