import type { Capabilities } from '../../../core/capabilities.ts'
import type { BinaryDatastore, Change } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { StackNode } from '../../../core/stack/stack.ts'

/** Levels that are followed at once; those looked at longest ago are given up first. */
const MOST_LEVELS = 256

interface FollowedOptions {
  readonly store: BinaryDatastore
  /** The nodes of the stack as it is now. */
  readonly nodes: () => readonly StackNode[]
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  /** Told of each change, those made through the session included. */
  readonly hear: (change: Change) => void
}

/** Watches the levels that pages look at, where the store reports what others change. */
export class FollowedLevels {
  readonly #options: FollowedOptions
  /** By prefix, the one looked at last at the end. */
  readonly #watches = new Map<string, AbortController>()
  /** Something was looked at that is not followed. */
  #isIncomplete = false
  /** Prefixes whose watch failed since the last `renew`. */
  readonly #lost = new Set<string>()

  constructor(options: FollowedOptions) {
    this.#options = options
    options.closing.addEventListener('abort', () => this.#stop())
  }

  /** Whether nothing that was looked at since the last `renew` can have changed unheard. */
  get hearsAll(): boolean {
    const shared = this.#sharedCapabilities
    if (shared.length === 0) return true
    return this.#canWatch && !this.#isIncomplete && shared.every(({ watch }) => watch === 'all')
  }

  /** Follows a level from now on, if it is not followed yet. */
  follow(prefix: Key): void {
    if (this.#options.closing.aborted) return
    if (!this.#canWatch || !this.#sharedCapabilities.some(({ watch }) => watch === 'all')) return
    const text = prefix.toString()
    const known = this.#watches.get(text)
    this.#watches.delete(text)
    const stop = known ?? new AbortController()
    this.#watches.set(text, stop)
    if (known === undefined) void this.#hear(prefix, stop)
    const [oldest] = this.#watches
    if (oldest !== undefined && this.#watches.size > MOST_LEVELS) {
      this.#watches.delete(oldest[0])
      oldest[1].abort()
      this.#isIncomplete = true
    }
  }

  /** Call before everything is read again: what was not heard until then no longer matters. */
  renew(): void {
    this.#isIncomplete = false
    this.#lost.clear()
  }

  get #canWatch(): boolean {
    return this.#options.store.capabilities.watch !== 'none'
  }

  /** Of the stores whose values others may change: what is in memory has no others. */
  get #sharedCapabilities(): readonly Capabilities[] {
    const leaves = this.#options.nodes().filter(({ children }) => children.length === 0)
    return leaves.map(({ store }) => store.capabilities).filter(({ persistent }) => persistent)
  }

  async #hear(prefix: Key, { signal }: AbortController): Promise<void> {
    const { store, hear } = this.#options
    const text = prefix.toString()
    let isLost = false
    try {
      for await (const change of store.watch(prefix, { recursive: false, signal })) hear(change)
    } catch {
      isLost = !signal.aborted
    }
    if (this.#watches.get(text)?.signal === signal) this.#watches.delete(text)
    if (isLost) this.#lose(prefix)
  }

  /**
   * A level that cannot be followed is read again now, since the reason may be that it has gone, and then when the window
   * gets the focus. Reading it follows it again: a second failure is not told, or this would have no end.
   */
  #lose(prefix: Key): void {
    this.#isIncomplete = true
    const text = prefix.toString()
    if (this.#lost.has(text)) return
    this.#lost.add(text)
    this.#options.hear({ type: 'resync', key: prefix })
  }

  #stop(): void {
    for (const watch of this.#watches.values()) watch.abort()
    this.#watches.clear()
  }
}
