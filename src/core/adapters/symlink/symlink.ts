import type { BinaryDatastore, CallOptions } from '../../datastore.ts'
import { DatastoreError } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { Call } from '../../open/call.ts'
import { Datastore, openStoreOf, ownStoreOf } from '../../open/datastore.ts'
import { refuseRoot } from '../../options.ts'
import { SymlinkStore } from './symlink-store.ts'

/** What a symlink store needs besides the values. */
export interface SymlinkOptions {
  /**
   * Where the links are kept: a store that holds nothing else, so that no value is ever taken for a link and no key of
   * the store beside it is out of reach. It may be a `NamespaceDatastore` of any other store.
   */
  readonly links: BinaryDatastore
}

/** How a link is made. */
export interface LinkOptions extends CallOptions {
  /** May a link be replaced by another? Default true; otherwise `ALREADY_EXISTS`. A value never is. */
  readonly replace?: boolean | undefined
}

/**
 * Values under more names than one. A link is followed by every call but `delete`, `rename`, `link` and `readLink`,
 * which act on the link itself. It is listed, counted and queried like a value, and may lead nowhere yet: then a
 * read is `NOT_FOUND`, and a `put` makes the value that it leads to. Calls by any name of a value take effect in call
 * order. A value that was put beside this store under the name of a link hides the link.
 */
export class SymlinkDatastore extends Datastore {
  readonly #store: SymlinkStore

  /** @throws DatastoreError `CONFIG_INVALID` when links and values would share a store. */
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
   * Makes `from` a link to `to`, which need not exist. A link that is there is replaced unless `replace` is false.
   * @throws DatastoreError `ALREADY_EXISTS` where there is a value, `CONFLICT` naming the keys for a circle of links.
   */
  async link(from: Key, to: Key, options: LinkOptions = {}): Promise<void> {
    const call = Call.from(options)
    ownStoreOf(this).assertOpen('link', from, call)
    refuseRoot('link', from)
    refuseRoot('link to', to)
    await ownStoreOf(this).turn('link', [from], call, () => this.#store.link(from, to, call))
  }

  /** Where the link at `key` leads, one step; `undefined` where there is no link. */
  async readLink(key: Key, options: CallOptions = {}): Promise<Key | undefined> {
    const action = 'read the link'
    const call = Call.from(options)
    return ownStoreOf(this).turn(action, [key], call, () => this.#store.readLink(action, key, call))
  }
}

/** Lets keys of `store` be links to others; the links are kept in a store of their own. Closes both. */
export function symlink(store: BinaryDatastore, options: SymlinkOptions): SymlinkDatastore {
  return new SymlinkDatastore(store, options)
}
