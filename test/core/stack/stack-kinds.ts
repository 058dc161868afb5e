import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { Capabilities } from '../../../src/core/capabilities.ts'
import { Key } from '../../../src/core/key.ts'
import { Datastore } from '../../../src/core/open/datastore.ts'
import type { Payload } from '../../../src/core/open/payload.ts'
import type { Found, Removed, Store, Written } from '../../../src/core/open/store.ts'
import { defineKind, type Kind } from '../../../src/core/stack/kind.ts'
import { pureKinds } from '../../../src/core/stack/pure-kinds.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { SlowStore } from '../open/map-store.ts'

/** Stores by name that outlive the stacks over them, like disks. */
export class Disks {
  readonly #disks = new Map<string, SlowStore>()
  readonly #locked = new Set<string>()
  /** Names of disks that cannot be opened. */
  readonly broken = new Set<string>()
  /** Names of disks that fail every write. */
  readonly offline = new Set<string>()
  /** Called before a disk is opened. */
  whenOpened: (name: string) => void | Promise<void> = () => undefined
  /** The disks opened and closed, in order: `+a` and `-a`. */
  readonly log: string[] = []

  get registry(): Registry {
    return new Registry([...pureKinds, this.#kind('disk', false), this.#kind('locked-disk', true)])
  }

  disk(name: string): SlowStore {
    const disk = this.#disks.get(name) ?? new SlowStore()
    this.#disks.set(name, disk)
    return disk
  }

  /** The value of a key on a disk, as text. */
  async textAt(name: string, key: Key): Promise<string | undefined> {
    const found = await this.disk(name).read(key)
    return found && new TextDecoder().decode(found.bytes)
  }

  #kind(kind: string, isExclusive: boolean): Kind {
    return defineKind({
      kind,
      label: kind,
      help: 'A store that outlives its stack.',
      schema: z.strictObject({ name: z.string(), note: z.string().optional() }),
      children: 'none',
      data: ['name'],
      isExclusive,
      open: async ({ name }) => {
        await wait(1)
        await this.whenOpened(name)
        if (this.broken.has(name)) throw new Error(`the disk ${name} is broken`)
        if (isExclusive && this.#locked.has(name)) throw new Error(`the disk ${name} is open already`)
        if (isExclusive) this.#locked.add(name)
        this.log.push(`+${name}`)
        const closed = () => {
          this.#locked.delete(name)
          this.log.push(`-${name}`)
        }
        return new Datastore(new Mounted(this.disk(name), () => this.offline.has(name), closed))
      },
    })
  }
}

/** One open instance of a disk. It fails once closed. */
class Mounted implements Store {
  readonly info
  readonly capabilities: Capabilities
  readonly #disk: SlowStore
  readonly #isOffline: () => boolean
  readonly #onClose: () => void
  #isClosed = false

  constructor(disk: SlowStore, isOffline: () => boolean, onClose: () => void) {
    this.#disk = disk
    this.#isOffline = isOffline
    this.#onClose = onClose
    this.info = disk.info
    this.capabilities = { ...disk.capabilities, persistent: true }
  }

  read(key: Key): Promise<Found | undefined> {
    this.#assertOpen()
    return this.#disk.read(key)
  }

  write(key: Key, value: Payload): Promise<Written> {
    this.#assertOpen()
    if (this.#isOffline()) throw new Error('the disk is offline')
    return this.#disk.write(key, value)
  }

  remove(key: Key): Promise<Removed> {
    this.#assertOpen()
    return this.#disk.remove(key)
  }

  list(prefix: Key, call: Parameters<Store['list']>[1]): ReturnType<SlowStore['list']> {
    this.#assertOpen()
    return this.#disk.list(prefix, call)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#onClose()
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Error('a closed disk was used')
  }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
export const keysOf = (count: number): Key[] =>
  Array.from({ length: count }, (_, index) => Key.of('k', String(index)))
