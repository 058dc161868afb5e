import { failure } from '../errors.ts'
import { after } from '../open/call.ts'
import type { Gate } from '../open/turns.ts'
import { endOfKeys } from './byte-prefix.ts'
import type { OrderedDriver } from './driver.ts'
import { Etags } from './etags.ts'
import { type OrderedParts, OrderedStore, type Versions } from './ordered-store.ts'
import { PathLayout } from './path/path-layout.ts'
import { PathNames } from './path/path-names.ts'
import { type Digest, RawForm } from './path/raw-form.ts'
import { RevisionForm } from './revision-form.ts'
import { ColumnForm } from './strata/column-form.ts'
import { Expiries } from './strata/expiries.ts'
import { Format } from './strata/format.ts'
import { HeaderForm } from './strata/header-form.ts'
import { FORMAT_KEY, idOfFormat } from './strata/own-records.ts'
import { strataLayout } from './strata/strata-layout.ts'
import { VersionCounter } from './strata/version-counter.ts'

/** How an engine is opened as a store. */
export interface OrderedOptions {
  /**
   * Default: the layout of the data. For an empty engine `strata`; or `path`, if an option of that layout is set or the
   * engine's keys are text.
   */
  readonly layout?: 'strata' | 'path' | undefined
  /** Layout `path`: ASCII text between segments. Default `/`. */
  readonly separator?: string | undefined
  /** Layout `path`: whether the engine's keys begin with the separator. Default: true if the separator is `/`. */
  readonly leading?: boolean | undefined
  /** Layout `path`: the common beginning of the engine's keys of this store. */
  readonly prefix?: string | undefined
  /** Computes SHA-256 in hex, if the platform has a fast implementation. */
  readonly digest?: Digest | undefined
  /** Refuse every write. Default false. */
  readonly readOnly?: boolean | undefined
  /**
   * Every write survives a power cut once it is answered, if the engine supports it. Default false: only after `sync`.
   */
  readonly durable?: boolean | undefined
  /** Shared by the stores over the same data in this process. */
  readonly gate?: Gate | undefined
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: (() => number) | undefined
}

/** What an engine holds: layout `strata` with the id of its data, other records, or nothing. */
type Found = { readonly layout: 'strata'; readonly id: string } | 'other' | 'nothing'

/**
 * A store over an engine, in the layout of its data.
 * @throws DatastoreError `CONFIG_INVALID` if the data has another layout than requested.
 */
export async function openOrdered(
  driver: OrderedDriver,
  options: OrderedOptions = {},
): Promise<OrderedStore> {
  const { gate, now = Date.now, durable: isDurable = false, readOnly: isReadOnly = false } = options
  const found = await findLayout(driver)
  const isStrata = typeof found === 'object'
  const layout =
    options.layout ?? (isStrata || (found === 'nothing' && !isOfPath(driver, options)) ? 'strata' : 'path')
  const refuse = (state: string) =>
    failure('CONFIG_INVALID', `open a ${driver.info.kind} store`, undefined, state)
  if (found !== 'nothing' && isStrata !== (layout === 'strata')) {
    throw refuse(`it has layout "${isStrata ? 'strata' : 'path'}", not "${layout}"`)
  }
  if (layout === 'strata' && isOfPath(driver, options)) {
    throw refuse('layout "strata" has no separator and no prefix, and needs an engine whose keys are bytes')
  }
  const parts = { driver, gate, now, isDurable, isReadOnly }
  if (layout === 'path') return openPath(parts, options)
  const id = isStrata ? found.id : crypto.randomUUID()
  const etags = new Etags(id)
  let store: OrderedStore
  const format = new Format(driver, etags, id, isStrata)
  const hasRevisions = driver.info.revisions === true
  const versions = hasRevisions ? revisionsAfter(format) : new VersionCounter(driver, format)
  driver.onReconnected?.(FORMAT_KEY, record => {
    if (format.lookAgain(record)) versions.startAgain?.()
    store.mayHaveChanged()
  })
  if (driver.info.columns) {
    const form = hasRevisions ? new RevisionForm(etags, 'column') : new ColumnForm(etags)
    store = new OrderedStore({ ...parts, layout: strataLayout, form, versions })
    return store
  }
  const expiries = new Expiries(driver, now, key => store.expired(key))
  await expiries.load()
  store = new OrderedStore({
    ...parts,
    layout: strataLayout,
    form: new HeaderForm(etags),
    versions,
    expiries,
  })
  return store
}

function openPath(
  parts: Omit<OrderedParts, 'layout' | 'form'>,
  { separator, leading, prefix, digest }: OrderedOptions,
): OrderedStore {
  const { driver } = parts
  const { info, capabilities } = driver
  const names = new PathNames({
    separator,
    leading,
    prefix: prefix === undefined ? undefined : new TextEncoder().encode(prefix),
  })
  // A shared engine reports changes by others too late or not at all. So its levels are cached only if it can be asked.
  const isKept = !capabilities.shared || driver.othersWrote !== undefined
  const layout = new PathLayout(names, { isText: info.text, isKept })
  const form =
    info.revisions === true ? new RevisionForm(new Etags(info.id), 'none') : new RawForm(info.id, digest)
  const store = new OrderedStore({ ...parts, layout, form })
  if (info.revisions === true) driver.onReconnected?.(FORMAT_KEY, () => store.mayHaveChanged())
  return store
}

/** For engines that issue the versions themselves. Only makes sure that the format record precedes the first value. */
function revisionsAfter(format: Format): Versions {
  return { next: () => after(format.ensure(), () => 0) }
}

/** Whether the data, or the requested options, allow only layout `path`. */
function isOfPath({ info }: OrderedDriver, { separator, leading, prefix }: OrderedOptions): boolean {
  return info.text || [separator, leading, prefix].some(option => option !== undefined)
}

async function findLayout(driver: OrderedDriver): Promise<Found> {
  const record = await driver.get(FORMAT_KEY)
  const id = record?.value === undefined ? undefined : idOfFormat(record.value)
  if (id !== undefined) return { layout: 'strata', id }
  const all = {
    from: new Uint8Array(),
    to: endOfKeys(new Uint8Array()),
    limit: 1,
    reverse: false,
    keysOnly: true,
  }
  const rows = await driver.range(all)
  return rows.length === 0 ? 'nothing' : 'other'
}
