import { ChangeQueue } from '../changes/change-queue.ts'
import { follow } from '../changes/follow.ts'
import { mapChanges } from '../changes/map-changes.ts'
import type { CallOptions, Change, Datastore } from '../datastore.ts'
import type { Key } from '../key.ts'

/** A store and the key that it is mounted at. */
export interface Mount<V> {
  readonly prefix: Key
  readonly store: Datastore<V>
}

interface Watch<V> {
  readonly prefix: Key
  /** What its calls below are part of. */
  readonly context: CallOptions
  readonly queue: ChangeQueue
  readonly streams: Map<Mount<V>, AsyncIterator<Change>>
}

/** The watches of a tree of mounts, which follow stores as they come and go. */
export class MountWatches<V> {
  readonly #mountOf: (key: Key) => Mount<V> | undefined
  readonly #watches = new Set<Watch<V>>()

  /** @param mountOf The mount that has a key. */
  constructor(mountOf: (key: Key) => Mount<V> | undefined) {
    this.#mountOf = mountOf
  }

  async *read(
    prefix: Key,
    mounts: readonly Mount<V>[],
    signal: AbortSignal,
    context: CallOptions,
  ): AsyncIterable<Change> {
    const watch: Watch<V> = { prefix, context, queue: new ChangeQueue(prefix), streams: new Map() }
    this.#watches.add(watch)
    try {
      for (const mount of mounts) this.#follow(watch, mount)
      yield* watch.queue.read(signal)
    } finally {
      this.#watches.delete(watch)
      for (const stream of watch.streams.values()) void stream.return?.()
    }
  }

  /** What a store shows, and what it hides, has come to be or gone: all of it may be another now. */
  mounted(mount: Mount<V>): void {
    for (const watch of this.#watches) {
      this.#follow(watch, mount)
      if (isRelated(watch.prefix, mount.prefix)) watch.queue.push({ type: 'resync', key: watch.prefix })
    }
  }

  unmounted(mount: Mount<V>): void {
    for (const watch of this.#watches) {
      void watch.streams.get(mount)?.return?.()
      watch.streams.delete(mount)
      if (isRelated(watch.prefix, mount.prefix)) watch.queue.push({ type: 'resync', key: watch.prefix })
    }
  }

  close(): void {
    for (const { queue } of this.#watches) queue.end()
  }

  #follow({ prefix, context, queue, streams }: Watch<V>, mount: Mount<V>): void {
    if (!isRelated(prefix, mount.prefix)) return
    const isAbove = mount.prefix.isAncestorOf(prefix)
    const restore = (key: Key): Key | undefined => {
      const own = mount.prefix.child(key)
      return this.#mountOf(own) === mount ? own : undefined
    }
    const source = {
      store: mount.store,
      prefix: isAbove ? prefix.relativeTo(mount.prefix) : mount.prefix.relativeTo(mount.prefix),
      restore,
    }
    const stream = mapChanges(source, prefix, context)
    streams.set(mount, stream)
    void follow(stream, queue)
  }
}

function isRelated(a: Key, b: Key): boolean {
  return a.equals(b) || a.isAncestorOf(b) || b.isAncestorOf(a)
}
