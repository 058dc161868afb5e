import type { Capabilities } from '../../../core/capabilities.ts'
import type { BinaryDatastore, Change } from '../../../core/datastore.ts'
import type { Key } from '../../../core/key.ts'
import type { StackNode } from '../../../core/stack/stack.ts'

/** The maximum number of levels that are followed. The least recently viewed ones are dropped first. */
const MAX_LEVELS = 256

interface FollowedOptions {
  readonly store: BinaryDatastore
  /** The nodes of the stack as it is now. */
  readonly nodes: () => readonly StackNode[]
  /** Fires when the session closes. */
  readonly closing: AbortSignal
  /** Called with each change, including those made through the session. */
  readonly onChange: (change: Change) => void
}

/** Watches the levels that pages show, if the store reports changes by others. */
export class FollowedLevels {
  readonly #options: FollowedOptions
  /** By prefix. The most recently viewed level is last. */
  readonly #watches = new Map<string, AbortController>()
  /** A level was shown that is not followed. */
  #isIncomplete = false
  /** Prefixes whose watch failed since the last `renew`. */
  readonly #lost = new Set<string>()

  constructor(options: FollowedOptions) {
    this.#options = options
    options.closing.addEventListener('abort', () => this.#stop())
  }

  /** Whether every change of what was shown since the last `renew` was reported. */
  get hasReportedAll(): boolean {
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
    if (known === undefined) void this.#watchLevel(prefix, stop)
    const [oldest] = this.#watches
    if (oldest !== undefined && this.#watches.size > MAX_LEVELS) {
      this.#watches.delete(oldest[0])
      oldest[1].abort()
      this.#isIncomplete = true
    }
  }

  /** Call before everything is read again: changes that were missed until then no longer matter. */
  renew(): void {
    this.#isIncomplete = false
    this.#lost.clear()
  }

  get #canWatch(): boolean {
    return this.#options.store.capabilities.watch !== 'none'
  }

  /** The capabilities of the backends that others may change: all that are not in the memory of this process. */
  get #sharedCapabilities(): readonly Capabilities[] {
    const leaves = this.#options.nodes().filter(({ children }) => children.length === 0)
    return leaves.map(({ store }) => store.capabilities).filter(({ persistent }) => persistent)
  }

  async #watchLevel(prefix: Key, { signal }: AbortController): Promise<void> {
    const { store, onChange } = this.#options
    const text = prefix.toString()
    let isLost = false
    try {
      for await (const change of store.watch(prefix, { recursive: false, signal })) onChange(change)
    } catch {
      isLost = !signal.aborted
    }
    if (this.#watches.get(text)?.signal === signal) this.#watches.delete(text)
    if (isLost) this.#lose(prefix)
  }

  /**
   * Reports a level that can no longer be followed as changed, so that pages read it again: it may have been deleted.
   * Reading it follows it again. If that fails too, nothing is reported, to avoid an endless loop: from then on the
   * level is read again when the window gets the focus.
   */
  #lose(prefix: Key): void {
    this.#isIncomplete = true
    const text = prefix.toString()
    if (this.#lost.has(text)) return
    this.#lost.add(text)
    this.#options.onChange({ type: 'resync', key: prefix })
  }

  #stop(): void {
    for (const watch of this.#watches.values()) watch.abort()
    this.#watches.clear()
  }
}
