/** Which other writers a conditional write is checked against: none, calls of this process, or every writer. */
export type Scope = 'none' | 'process' | 'everyone'

/** Limits of the backend. An absent limit means unlimited. */
export interface Limits {
  /** UTF-8 bytes of a key's text. */
  readonly keyBytes?: number | undefined
  /** UTF-8 bytes of one segment. */
  readonly segmentBytes?: number | undefined
  readonly valueBytes?: number | undefined
  /** Operations in one batch. A longer batch is applied in parts, or refused where `batch` is `atomic`. */
  readonly batch?: number | undefined
}

/**
 * What a store does, one flag per call and per option. A store declares what it does natively. `Datastore.capabilities`
 * holds what a caller gets, including what the library completes. Adapters derive theirs from their children.
 */
export interface Capabilities {
  /** Whether writes are accepted. If false, every write fails with `READ_ONLY`. */
  readonly writable: boolean
  /** Why writes are refused, for messages. Default: the store is read-only. */
  readonly whyReadOnly?: string | undefined
  readonly read: {
    /** A read with `start` or `end` reads only the range. */
    readonly range: boolean
    /** Values are read in bounded memory. */
    readonly stream: boolean
    /** `version`: no two versions share an etag. `content`: equal bytes have equal etags. */
    readonly etag: 'content' | 'version'
  }
  readonly write: {
    /** Which writers `create` and `replace` are checked against. */
    readonly ifAbsent: Scope
    readonly ifMatch: Scope
    /** Values are written in bounded memory. */
    readonly stream: boolean
    /** `put` accepts `ttl`. */
    readonly ttl: boolean
  }
  readonly remove: { readonly ifMatch: Scope }
  /** `copy`: a crash during the rename leaves both keys. */
  readonly rename: 'none' | 'copy' | 'atomic'
  /** `seek`: a page costs the page. `level`: a page costs its level. `store`: a page costs the store. */
  readonly list: 'store' | 'level' | 'seek'
  /** `ordered`: operations apply one after another. `atomic`: all are seen or none, even after a crash. */
  readonly batch: 'none' | 'ordered' | 'atomic'
  readonly transaction: 'none' | 'atomic' | 'serializable'
  /** Where queries are answered: by scanning, in part by the store, or wholly by the store. */
  readonly query: 'scan' | 'partial' | 'native'
  /** What `watch` reports: `all` includes changes made by others. */
  readonly watch: 'none' | 'own' | 'all'
  /** A synced write survives a power cut. */
  readonly durable: boolean
  /** Values may outlive the process that put them. */
  readonly persistent: boolean
  /** The store has an own history: it keeps earlier versions of values. Of several stores, any of them. */
  readonly history: boolean
  /** Values are objects: `put` takes an iterable as a value, `getStream` is `UNSUPPORTED`. Absent: values are bytes. */
  readonly objects?: boolean | undefined
  /** Several keys of the caller may map to one key below (see `lowercase`). */
  readonly manyToOne: boolean
  /** A key may hold a value and have keys below it. If false, a put above or below a value fails with `CONFLICT`. */
  readonly valueAndBranch: boolean
  readonly limits: Limits
}

/** The capabilities of a store with only the four required calls. Spread it and override what the store does better. */
export const MINIMAL: Capabilities = {
  writable: true,
  read: { range: false, stream: false, etag: 'version' },
  write: { ifAbsent: 'none', ifMatch: 'none', stream: false, ttl: false },
  remove: { ifMatch: 'none' },
  rename: 'none',
  list: 'store',
  batch: 'none',
  transaction: 'none',
  query: 'scan',
  watch: 'none',
  durable: false,
  persistent: false,
  history: false,
  manyToOne: false,
  valueAndBranch: true,
  limits: {},
}

const SCOPES = ['none', 'process', 'everyone'] as const

/** The grades of each flag that has more than two, from weak to strong. */
export const GRADES = {
  scope: SCOPES,
  rename: ['none', 'copy', 'atomic'],
  list: ['store', 'level', 'seek'],
  batch: ['none', 'ordered', 'atomic'],
  transaction: ['none', 'atomic', 'serializable'],
  query: ['scan', 'partial', 'native'],
  watch: ['none', 'own', 'all'],
} as const

/** The first grade of `grades`, from weak to strong, that any of `found` has. */
export function weakest<Grade extends string>(
  grades: readonly [Grade, ...Grade[]],
  found: readonly Grade[],
): Grade {
  return grades.find(grade => found.includes(grade)) ?? grades[0]
}

/**
 * What stores that each hold a part of the keys can do together: what all of them can do. Writes are accepted if any of
 * them accepts some. Each store checks its own limits.
 */
export function weakestOf(all: readonly Capabilities[]): Capabilities {
  const every = (test: (one: Capabilities) => boolean) => all.every(test)
  const least = <Grade extends string>(
    grades: readonly [Grade, ...Grade[]],
    of: (one: Capabilities) => Grade,
  ): Grade => weakest(grades, all.map(of))
  return {
    writable: all.some(one => one.writable),
    read: {
      range: every(one => one.read.range),
      stream: every(one => one.read.stream),
      etag: every(one => one.read.etag === 'version') ? 'version' : 'content',
    },
    write: {
      ifAbsent: least(SCOPES, one => one.write.ifAbsent),
      ifMatch: least(SCOPES, one => one.write.ifMatch),
      stream: every(one => one.write.stream),
      ttl: every(one => one.write.ttl),
    },
    remove: { ifMatch: least(SCOPES, one => one.remove.ifMatch) },
    // A rename between two of them is a copy. A single store keeps its own way.
    rename: all.length === 1 ? least(GRADES.rename, one => one.rename) : 'copy',
    list: least(GRADES.list, one => one.list),
    // Operations go to each part separately, even where there is only one.
    batch: 'none',
    transaction: 'none',
    query: least(GRADES.query, one => one.query),
    watch: least(GRADES.watch, one => one.watch),
    durable: every(one => one.durable),
    persistent: all.some(one => one.persistent),
    history: all.some(one => one.history),
    objects: all.some(one => one.objects === true),
    manyToOne: all.some(one => one.manyToOne),
    valueAndBranch: every(one => one.valueAndBranch),
    limits: {},
  }
}

/** Limits that satisfy both stores. */
export function narrower(a: Limits, b: Limits): Limits {
  const least = (x = Infinity, y = Infinity): number | undefined => {
    const limit = Math.min(x, y)
    return limit === Infinity ? undefined : limit
  }
  return {
    keyBytes: least(a.keyBytes, b.keyBytes),
    segmentBytes: least(a.segmentBytes, b.segmentBytes),
    valueBytes: least(a.valueBytes, b.valueBytes),
    batch: least(a.batch, b.batch),
  }
}

/** Whether values are bytes that stream through the store in bounded memory. */
export function passesStreams({ objects = false, read, write }: Capabilities): boolean {
  return read.stream && write.stream && !objects
}

/** Incremented each time an open store declares other capabilities. */
let changes = 0

/** Invalidates everything derived from capabilities. Called when a store declares other ones. */
export function capabilitiesChanged(): void {
  changes++
}

/** A value derived from the capabilities of stores. It is computed again only after a store has declared other ones. */
export class Derived<T extends object> {
  readonly #derive: () => T
  #value: T | undefined
  #at = 0

  constructor(derive: () => T) {
    this.#derive = derive
  }

  get value(): T {
    if (this.#value === undefined || this.#at !== changes) {
      this.#at = changes
      this.#value = this.#derive()
    }
    return this.#value
  }
}
