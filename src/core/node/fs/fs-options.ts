import { DatastoreError } from '../../errors.ts'
import type { Layout, LayoutName } from './layout.ts'
import { LAYOUT_NAMES, layoutNamed } from './layouts/known-layouts.ts'
import type { Durability } from './open/store-files.ts'

export interface FsOptions {
  /** How keys become files. Default `strata`, which holds every key; `plain` shows a folder as it is. */
  readonly layout?: LayoutName | undefined
  /**
   * What a put waits for. `none` (default): the system's memory, so that a value outlives the process, but perhaps
   * not a power cut before `sync`. `file`: its bytes are on the device. `full`: so is its name.
   */
  readonly durability?: Durability | undefined
  /** Refuse every write with `READ_ONLY`, and change nothing on disk. Default false. */
  readonly readOnly?: boolean | undefined
  /** Make the folder when it is missing. Default: yes for `strata`, no for `plain`, never for a read-only store. */
  readonly create?: boolean | undefined
  /** Follow symbolic links to places within the folder; all others are refused in any case. Default false. */
  readonly followLinks?: boolean | undefined
}

export interface CheckedOptions {
  readonly layout: Layout
  readonly durability: Durability
  readonly readOnly: boolean
  readonly create: boolean
  readonly followLinks: boolean
}

const DURABILITIES: readonly string[] = ['none', 'file', 'full'] satisfies readonly Durability[]

/** @throws DatastoreError `CONFIG_INVALID` for a layout or durability that there is not. */
export function checkOptions(options: FsOptions): CheckedOptions {
  const { layout: name = 'strata', durability = 'none', readOnly = false, followLinks = false } = options
  const layout = layoutNamed(name)
  if (layout === undefined) throw unknownChoice('layout', name, LAYOUT_NAMES)
  if (!DURABILITIES.includes(durability)) throw unknownChoice('durability', durability, DURABILITIES)
  const create = !readOnly && (options.create ?? layout.version !== undefined)
  return { layout, durability, readOnly, create, followLinks }
}

function unknownChoice(what: string, found: string, known: readonly string[]): DatastoreError {
  return new DatastoreError(
    'CONFIG_INVALID',
    `Cannot open a folder: there is no ${what} ${JSON.stringify(found)}, only ${known.join(', ')}`,
  )
}
