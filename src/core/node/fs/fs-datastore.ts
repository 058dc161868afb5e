import { DatastoreError } from '../../errors.ts'
import { type FlatfsShard, parseFlatfsShard } from '../../hash/flatfs-shard.ts'
import { Datastore } from '../../open/datastore.ts'
import { Disk } from './disk.ts'
import { FsStore } from './fs-store.ts'
import type { LayoutName } from './layout.ts'
import { isExtension, isLayoutName, LAYOUT_NAMES, WITH_EXTENSION } from './layouts.ts'
import { type Durability, openFolder } from './open-folder.ts'

/** Bytes in files of a folder. */
export class FsDatastore extends Datastore {
  /** The real path of the folder. */
  readonly path: string
  readonly layout: LayoutName

  private constructor(store: FsStore) {
    super(store)
    this.path = store.path
    this.layout = store.layout
  }

  /**
   * Opens a folder.
   * @param disk Makes the file operations; a test passes its own to inject failures.
   * @throws DatastoreError `CONFIG_INVALID` if there is no such folder or it has another layout, `ACCESS_DENIED`, `IO`
   */
  static async open(path: string, options: FsOptions = {}, disk?: Disk): Promise<FsDatastore> {
    const checked = checkOptions(options)
    const own = checked.inline ? new Disk() : Disk.pooled()
    return new FsDatastore(new FsStore(await openFolder(path, checked, disk ?? own), options.setAside))
  }
}

/** How a folder is opened. */
export interface FsOptions {
  /**
   * How keys become files. Default `strata`, which holds every key; `plain` shows a folder as it is; `flatfs` is Kubo's
   * block store, `datastore-fs` and `py-datastore` are the folders of those libraries.
   */
  readonly layout?: LayoutName | undefined
  /**
   * Layout `flatfs`: the shard function, as `/repo/flatfs/shard/v1/next-to-last/2` (default for a new folder). A folder
   * that has another one is refused.
   */
  readonly sharding?: string | undefined
  /**
   * Layouts `datastore-fs` and `py-datastore`: the extension of values, including the dot. Default: that of the marker;
   * without one `.data`, and in a folder of py-datastore that of its first value.
   */
  readonly extension?: string | undefined
  /**
   * What a put waits for. `none` (default): the system's memory, so that a value outlives the process, but perhaps
   * not a power cut before `sync`. `file`: its bytes are on the device. `full`: so is its name.
   */
  readonly durability?: Durability | undefined
  /** Refuse every write with `READ_ONLY`, and change nothing on disk. Default false. */
  readonly readOnly?: boolean | undefined
  /** Create the folder if it is missing. Default: yes, except for `plain`; never for a read-only store. */
  readonly create?: boolean | undefined
  /**
   * Let small file operations run on the calling thread, for at most 4 ms in each turn of the event loop. Default true,
   * because that is several times as fast on a local disk. Set it to false in a program whose thread must never wait
   * for a disk.
   */
  readonly inline?: boolean | undefined
  /**
   * Layout `plain`: a folder outside, on the same file system, for branches that are set aside (`moveBranch`); it is
   * created when needed. Default: none, so that no branch can be set aside. The other layouts use their private part.
   */
  readonly setAside?: string | undefined
  /** Follow symbolic links to places within the folder. Other links are always refused. Default false. */
  readonly followLinks?: boolean | undefined
}

/** The requested layout, before the folder has been examined. */
export interface RequestedLayout {
  readonly name: LayoutName
  readonly shard: FlatfsShard | undefined
  readonly extension: string | undefined
}

export interface CheckedOptions {
  readonly layout: RequestedLayout
  readonly durability: Durability
  readonly readOnly: boolean
  readonly create: boolean
  readonly followLinks: boolean
  readonly inline: boolean
}

const DURABILITIES: readonly string[] = ['none', 'file', 'full'] satisfies readonly Durability[]

/** @throws DatastoreError `CONFIG_INVALID` for an unknown option, or one that the layout does not have. */
function checkOptions(options: FsOptions): CheckedOptions {
  const {
    layout: name = 'strata',
    durability = 'none',
    readOnly = false,
    followLinks = false,
    inline = true,
  } = options
  const { sharding, extension } = options
  if (!isLayoutName(name)) throw unknownChoice('layout', name, LAYOUT_NAMES)
  if (!DURABILITIES.includes(durability)) throw unknownChoice('durability', durability, DURABILITIES)
  if (sharding !== undefined && name !== 'flatfs') {
    throw refusal(`layout "${name}" has no shard function, only "flatfs" has`)
  }
  if (extension !== undefined && !WITH_EXTENSION.includes(name)) {
    throw refusal(`layout "${name}" has no extension to choose, only ${WITH_EXTENSION.join(' and ')} have`)
  }
  if (extension !== undefined && !isExtension(extension)) {
    throw refusal(
      `${JSON.stringify(extension)} is not an extension: it should be a dot and letters, as ".data"`,
    )
  }
  const shard = sharding === undefined ? undefined : parseFlatfsShard(sharding)
  const create = !readOnly && (options.create ?? name !== 'plain')
  return { layout: { name, shard, extension }, durability, readOnly, create, followLinks, inline }
}

function unknownChoice(what: string, found: string, known: readonly string[]): DatastoreError {
  return refusal(`there is no ${what} ${JSON.stringify(found)}, only ${known.join(', ')}`)
}

function refusal(state: string): DatastoreError {
  return new DatastoreError('CONFIG_INVALID', `Cannot open a folder: ${state}`)
}
