import { type Capabilities, MINIMAL } from '../../capabilities.ts'
import type { Stat } from '../../datastore.ts'
import { failure } from '../../errors.ts'
import type { Key } from '../../key.ts'
import { Packer } from '../../key-index/packed.ts'
import type { Call } from '../../open/call.ts'
import type { Payload } from '../../open/payload.ts'
import type { Found, Moved, Removed, StoreInfo } from '../../open/store.ts'
import type { Expect, Outcome } from '../../ordered/driver.ts'
import { NamePacker } from '../../ordered/path/pack-names.ts'
import type { PathNames } from '../../ordered/path/path-names.ts'
import { type Digest, RawForm } from '../../ordered/path/raw-form.ts'
import type { ForeignChange, KeyValues, KeyWritten } from '../indexed/key-values.ts'
import type { SqlDriver } from './sql-driver.ts'

/** Names that are read at once. The first page is small, so that the first keys are known soon. */
const FIRST_PAGE = 500
const MAX_PAGE = 10_000

/** Values of a table whose keys the database keeps in another order than that of their bytes. */
export class SqlValues implements KeyValues {
  readonly reportsOthers = false
  readonly info: StoreInfo
  readonly capabilities: Capabilities
  readonly sync?: () => Promise<void>
  readonly #driver: SqlDriver
  readonly #names: PathNames
  readonly #form: RawForm
  readonly #isWhole: boolean

  constructor(driver: SqlDriver, names: PathNames, digest: Digest, isReadOnly: boolean) {
    const { writable, durable, commit, keyBytes, valueBytes } = driver.capabilities
    this.#driver = driver
    this.#names = names
    this.#isWhole = names.prefix.length === 0
    this.info = { kind: driver.info.kind, id: driver.info.id }
    this.#form = new RawForm(driver.info.id, digest)
    this.capabilities = {
      ...MINIMAL,
      writable: writable && !isReadOnly,
      read: { range: false, stream: false, etag: 'content' },
      write: { ifAbsent: 'everyone', ifMatch: 'everyone', stream: false, ttl: false },
      remove: { ifMatch: 'everyone' },
      rename: commit === false ? 'none' : 'atomic',
      watch: 'own',
      durable,
      persistent: true,
      limits: { keyBytes, valueBytes },
    }
    if (driver.sync !== undefined) this.sync = () => Promise.resolve()
  }

  async read(key: Key, { signal }: Call): Promise<Found | undefined> {
    const name = this.#nameOf(key)
    const row = name && (await this.#driver.get(name, undefined, signal))
    return row && this.#form.found(row)
  }

  async stat(key: Key): Promise<Stat | undefined> {
    const name = this.#nameOf(key)
    const row = name && (await this.#driver.get(name))
    return row && this.#form.stat(row)
  }

  async has(key: Key): Promise<boolean> {
    const name = this.#nameOf(key)
    return name !== undefined && this.#driver.has(name)
  }

  async write(key: Key, value: Payload, call: Call): Promise<KeyWritten> {
    const name = this.#nameToWrite('put', key)
    const { record, written } = this.#form.make(value)
    const { create, replace, ifMatch } = call.options
    const write = (expect: Expect) =>
      this.#driver.write({ key: name, value: record.value, expect }, false, call.signal)
    const outcome =
      ifMatch === undefined
        ? await write(create && replace ? 'any' : create ? 'absent' : 'present')
        : await this.#whereSeen(name, ifMatch, call, write)
    if (outcome === 'done') return { written, isKnown: false }
    const refused = outcome === 'absent' && ifMatch !== undefined ? 'changed' : outcome
    return { written: { refused }, isKnown: false }
  }

  async remove(key: Key, call: Call): Promise<Removed> {
    const name = this.#nameOf(key)
    if (name === undefined) return 'absent'
    const { ifMatch } = call.options
    const write = (expect: Expect) =>
      this.#driver.write({ key: name, value: undefined, expect }, false, call.signal)
    const outcome =
      ifMatch === undefined ? await write('any') : await this.#whereSeen(name, ifMatch, call, write)
    return outcome === 'done' ? 'removed' : outcome === 'changed' ? 'changed' : 'absent'
  }

  /** Writes if the value has an etag, which the database can't compare: it compares the value that was read. */
  async #whereSeen(
    name: Uint8Array,
    etag: string,
    { signal }: Call,
    write: (expect: Expect) => Promise<Outcome>,
  ): Promise<Outcome> {
    const row = await this.#driver.get(name, undefined, signal)
    if (row === undefined) return 'absent'
    return this.#form.found(row).etag === etag ? write(this.#form.seen(row)) : 'changed'
  }

  async move(from: Key, to: Key, call: Call): Promise<Moved> {
    const source = this.#nameOf(from)
    const target = this.#nameToWrite('rename to', to)
    const { replace } = call.options
    for (;;) {
      const row = source && (await this.#driver.get(source, undefined, call.signal))
      if (source === undefined || row === undefined) return 'absent'
      if (!replace && (await this.#driver.has(target, call.signal))) return 'exists'
      call.throwIfAborted('rename', from)
      const checks = [
        { key: source, seen: this.#form.seen(row) },
        ...(replace ? [] : [{ key: target, seen: 'absent' as const }]),
      ]
      const writes = [
        { key: target, value: row.value },
        { key: source, value: undefined },
      ]
      if (await this.#driver.commit(checks, writes, false, call.signal)) return 'moved'
    }
  }

  async scan(signal: AbortSignal, each: (packed: Uint8Array<ArrayBuffer>) => Promise<void>): Promise<void> {
    const packer = new Packer()
    const keys = new NamePacker(this.#names, packer)
    const { prefix } = this.#names
    let taken = Promise.resolve()
    let last: Uint8Array | undefined
    for (let limit = FIRST_PAGE; ; limit = Math.min(2 * limit, MAX_PAGE)) {
      const page = await this.#driver.page(last, limit)
      if (signal.aborted) return
      for (const name of page) if (startsWith(name, prefix)) keys.add(name)
      const taking = each(packer.take())
      taking.catch(() => undefined)
      await taken
      taken = taking
      if (page.length < limit) break
      last = page.at(-1)
    }
    await taken
  }

  /** Removals by others are not reported. */
  async present(keys: readonly Key[]): Promise<readonly boolean[]> {
    const names = keys.map(key => this.#nameOf(key))
    const found = await this.#driver.present(names.filter(name => name !== undefined))
    let next = 0
    return names.map(name => name !== undefined && found[next++] === true)
  }

  async count(): Promise<{ readonly entries: number; readonly isExact: boolean } | undefined> {
    return this.#isWhole ? { entries: await this.#driver.countAll(), isExact: true } : undefined
  }

  changes(signal: AbortSignal, notify: (change: ForeignChange) => void): void {
    this.#driver.onReached(() => {
      if (!signal.aborted) notify('resync')
    })
  }

  close(): Promise<void> {
    return this.#driver.close()
  }

  #nameOf(key: Key): Uint8Array | undefined {
    const name = this.#names.bytesOf(key)
    return name !== undefined && this.#driver.canHold(name) ? name : undefined
  }

  #nameToWrite(action: string, key: Key): Uint8Array {
    const name = this.#names.bytesOf(key)
    if (name === undefined) throw failure('KEY_INVALID', action, key, this.#names.problem)
    if (!this.#driver.canHold(name)) {
      throw failure('KEY_INVALID', action, key, `the columns of the key hold ${this.#driver.keyTypes}`)
    }
    const { keyBytes = Infinity } = this.#driver.capabilities
    if (name.length > keyBytes) {
      const state = `it takes ${name.length} bytes in the engine, which is more than the engine accepts`
      throw failure('KEY_INVALID', action, key, state)
    }
    return name
  }
}

function startsWith(name: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => name[index] === byte)
}
