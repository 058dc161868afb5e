import type { BinaryDatastore, CallOptions } from '../../datastore.ts'
import { DatastoreError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import { Datastore, openStoreOf, ownStoreOf } from '../../open/datastore.ts'
import { refuseRoot } from '../../options.ts'
import { SymlinkStore } from './symlink-store.ts'

/** The options of a symlink store. */
export interface SymlinkOptions {
  /**
   * The store of the links. It must hold nothing else, so that no value is mistaken for a link and every key of the
   * other store stays reachable. A `NamespaceDatastore` of any other store will do.
   */
  readonly links: BinaryDatastore
}

/** The options of making a link. */
export interface LinkOptions extends CallOptions {
  /**
   * Whether another link may be replaced. Default true. If false, it fails with `ALREADY_EXISTS`. A value is never
   * replaced.
   */
  readonly replace?: boolean | undefined
}

/**
 * Values under more than one name. Every call follows links, except `delete`, `rename`, `link` and `readLink`, which
 * act on the link itself. A link is listed, counted and queried like a value. Its target may be missing: then a read
 * fails with `NOT_FOUND`, and a `put` creates the target. Calls by any name of a value take effect in call order. A
 * value that was put directly into the store below under the name of a link hides the link.
 */
export class SymlinkDatastore extends Datastore {
  readonly #store: SymlinkStore

  /** @throws DatastoreError `CONFIG_INVALID` if links and values would share a store. */
  constructor(store: BinaryDatastore, { links }: SymlinkOptions) {
    const values = openStoreOf(store)
    const records = openStoreOf(links)
    if (records === values) {
      throw new DatastoreError(
        'CONFIG_INVALID',
        'Cannot open a symlink store: its links need a store of their own, such as a namespace of another one',
      )
    }
    const symlinks = new SymlinkStore(values, records)
    super(symlinks)
    this.#store = symlinks
  }

  /**
   * Makes `from` a link to `to`, which need not exist. An existing link is replaced unless `replace` is false.
   * @throws DatastoreError `ALREADY_EXISTS` if there is a value, `CONFLICT` naming the keys for a circle of links.
   */
  async link(from: Key, to: Key, options: LinkOptions = {}): Promise<void> {
    const call = Call.from(options)
    ownStoreOf(this).assertOpen('link', from, call)
    refuseRoot('link', from)
    refuseRoot('link to', to)
    await ownStoreOf(this).turn('link', [from], call, () => this.#store.link(from, to, call))
  }

  /** The target of the link at `key`, one step; `undefined` if there is no link. */
  async readLink(key: Key, options: CallOptions = {}): Promise<Key | undefined> {
    const action = 'read the link'
    const call = Call.from(options)
    return ownStoreOf(this).turn(action, [key], call, () => this.#store.readLink(action, key, call))
  }
}

/** Adds links between keys to `store`. The links are kept in a second store. Closes both. */
export function symlink(store: BinaryDatastore, options: SymlinkOptions): SymlinkDatastore {
  return new SymlinkDatastore(store, options)
}
