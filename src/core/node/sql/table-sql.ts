import { failure } from '../../errors.ts'
import type { Row } from '../../ordered/driver.ts'
import type { SqlDialect } from './dialect.ts'
import type { SqlCell } from './sql-connection.ts'
import type { SqlTable } from './table.ts'

/** What a write compares: nothing, the version, the whole value, or a part of it. */
export type Compared = 'nothing' | 'version' | 'value' | 'part'

/** Writes a statement. Parameters are given in the order in which `next` is called. */
type Writer = (next: () => string) => string

/** The statements for a table. Keys and values are bytes in the answers, for any type of column. */
export class TableSql {
  readonly #dialect: SqlDialect
  readonly #table: SqlTable
  readonly #made = new Map<string, string>()
  /** The name of the table, quoted. */
  readonly name: string
  readonly #keys: readonly string[]
  readonly #keyBytes: readonly string[]
  readonly #value: string
  readonly #times: string

  constructor(dialect: SqlDialect, table: SqlTable) {
    this.#dialect = dialect
    this.#table = table
    const { quoted } = dialect
    this.name =
      table.schema === undefined ? quoted(table.name) : `${quoted(table.schema)}.${quoted(table.name)}`
    this.#keys = table.keys.map(({ name }) => quoted(name))
    this.#keyBytes = table.keys.map(({ name, type }) => dialect.bytesOf(quoted(name), type))
    this.#value = dialect.bytesOf(quoted(table.value.name), table.value.type)
    this.#times = table.isOwn ? ', ver, mtime, exp' : ''
  }

  /** Parameters: key, and time of our own table. */
  get get(): string {
    return this.#make(
      'get',
      p => `SELECT ${this.#value}${this.#times} FROM ${this.name} WHERE ${this.#is(p)}`,
    )
  }

  /** Parameters: start, length, key, and time of our own table. */
  get part(): string {
    const { partOf, lengthOf } = this.#dialect
    return this.#make(
      'part',
      p =>
        `SELECT ${partOf(this.#value, p(), p())}${this.#times || ', NULL, NULL, NULL'}, ${lengthOf(this.#value)} ` +
        `FROM ${this.name} WHERE ${this.#is(p)}`,
    )
  }

  get head(): string {
    const size = this.#dialect.lengthOf(this.#value)
    return this.#make(
      'head',
      p =>
        `SELECT NULL${this.#times || ', NULL, NULL, NULL'}, ${size} FROM ${this.name} WHERE ${this.#is(p)}`,
    )
  }

  get has(): string {
    return this.#make('has', p => `SELECT 1 FROM ${this.name} WHERE ${this.#is(p)}`)
  }

  /**
   * The names of those of several keys that have a row. A column that folds texts may give others too. Parameters: the
   * cells of each key, and time of our own table.
   */
  present(keys: number): string {
    return this.#make(`present ${keys}`, p => {
      const row = () => (this.#keys.length === 1 ? p() : `(${this.#keys.map(() => p()).join(', ')})`)
      const columns = this.#keys.length === 1 ? this.#keys[0] : `(${this.#keys.join(', ')})`
      const wanted = Array.from({ length: keys }, row).join(', ')
      const due = this.#table.isOwn ? ` AND ${isThere(p)}` : ''
      return `SELECT ${this.#keyBytes.join(', ')} FROM ${this.name} WHERE ${columns} IN (${wanted})${due}`
    })
  }

  /** Parameters of each row: key, value, and version and times of our own table. */
  put(rows = 1): string {
    const { upsert } = this.#dialect
    return this.#make(`put ${rows}`, p => {
      const values = Array.from({ length: rows }, () => this.#values(p)).join(', ')
      return upsert(this.name, this.#columns, this.#keys, values)
    })
  }

  get insert(): string {
    return this.#make('insert', p => this.#dialect.insert(this.name, this.#columns, this.#values(p)))
  }

  /** Parameters: value, version and times of our own table, key, time of our own table, what is compared. */
  update(compared: Compared): string {
    const [value, ...times] = this.#columns.slice(this.#keys.length)
    return this.#make(`update ${compared}`, p => {
      const set = [value, ...times].map(column => `${column} = ${p()}`).join(', ')
      return `UPDATE ${this.name} SET ${set} WHERE ${this.#is(p)}${this.#compare(compared, p)}`
    })
  }

  /** Replaces a row that has expired. Parameters: as for `update`. */
  get replaceExpired(): string {
    return this.#make('replaceExpired', p => {
      const set = this.#columns.slice(this.#keys.length).map(column => `${column} = ${p()}`)
      return `UPDATE ${this.name} SET ${set.join(', ')} WHERE ${this.#isKey(p)} AND exp <= ${p()}`
    })
  }

  /** Parameters: key, time of our own table, what is compared. */
  remove(compared: Compared): string {
    return this.#make(
      `remove ${compared}`,
      p => `DELETE FROM ${this.name} WHERE ${this.#is(p)}${this.#compare(compared, p)}`,
    )
  }

  /** As `get` within a transaction: the row stays as it is until the end. */
  get getLocked(): string {
    return this.#make(
      'getLocked',
      p =>
        `SELECT ${this.#value}${this.#times} FROM ${this.name} WHERE ${this.#is(p)}${this.#dialect.forUpdate}`,
    )
  }

  get purge(): string {
    return this.#make('purge', p => this.#dialect.purge(this.name, `exp <= ${p()}`))
  }

  /**
   * Rows in the order of bytes. Parameters: start, end if there is one, time if expired rows are left out, number of rows.
   * Without `isDue`, a table of our own says in the last column whether it holds expired rows (parameter: time, first).
   */
  range(options: {
    readonly isReverse: boolean
    readonly keysOnly: boolean
    readonly hasEnd: boolean
    readonly isDue: boolean
    readonly isLocked: boolean
  }): string {
    const { isReverse, keysOnly, hasEnd, isDue, isLocked } = options
    const [key, bytes] = [this.#keys[0] as string, this.#keyBytes[0] as string]
    return this.#make(`range ${Object.values(options).join()}`, p => {
      const due =
        this.#table.isOwn && !isDue
          ? `(SELECT 1 FROM ${this.name} WHERE exp <= ${p()} ORDER BY exp LIMIT 1)`
          : 'NULL'
      const cells = keysOnly ? `${bytes}, ${due}` : `${bytes}, ${due}, ${this.#value}${this.#times}`
      const where = `${key} >= ${p()}${hasEnd ? ` AND ${key} < ${p()}` : ''}${isDue ? ` AND ${isThere(p)}` : ''}`
      return (
        `SELECT ${cells} FROM ${this.name} WHERE ${where} ORDER BY ${key}${isReverse ? ' DESC' : ''} ` +
        `LIMIT ${p()}${isLocked ? this.#dialect.forUpdate : ''}`
      )
    })
  }

  /** The last row of a range up to a limit, and its number in it. Parameters: as for `range` with `isDue`. */
  count(hasEnd: boolean): string {
    const [key, bytes] = [this.#keys[0] as string, this.#keyBytes[0] as string]
    return this.#make(`count ${String(hasEnd)}`, p => {
      const where = `${key} >= ${p()}${hasEnd ? ` AND ${key} < ${p()}` : ''}`
      const due = this.#table.isOwn ? ` AND ${isThere(p)}` : ''
      const rows = `SELECT ${bytes} AS k, row_number() OVER (ORDER BY ${key}) AS n FROM ${this.name} WHERE ${where}${due}`
      return `SELECT n, k FROM (${rows} ORDER BY ${key} LIMIT ${p()}) AS s ORDER BY n DESC LIMIT 1`
    })
  }

  /** All keys in an order of the database, in pages. Parameters: the key before, unless it is the first page; number. */
  page(isFirst: boolean): string {
    return this.#make(`page ${String(isFirst)}`, p => {
      const after = isFirst ? '' : ` WHERE ${this.#isAfter(p)}`
      return `SELECT ${this.#keyBytes.join(', ')} FROM ${this.name}${after} ORDER BY ${this.#keys.join(', ')} LIMIT ${p()}`
    })
  }

  /** The number of all rows. */
  get countAll(): string {
    return this.#make('countAll', () => `SELECT count(*) FROM ${this.name}`)
  }

  /** Expanded, because not every server uses an index for a comparison of several columns. */
  #isAfter(p: () => string): string {
    const options = this.#keys.map((key, index) => {
      const same = this.#keys.slice(0, index).map(one => `${one} = ${p()}`)
      return `(${[...same, `${key} > ${p()}`].join(' AND ')})`
    })
    return options.join(' OR ')
  }

  get #columns(): readonly string[] {
    const value = this.#dialect.quoted(this.#table.value.name)
    return [...this.#keys, value, ...(this.#table.isOwn ? ['ver', 'mtime', 'exp'] : [])]
  }

  #values(p: () => string): string {
    return `(${this.#columns.map(() => p()).join(', ')})`
  }

  #is(p: () => string): string {
    const key = this.#isKey(p)
    return this.#table.isOwn ? `${key} AND ${isThere(p)}` : key
  }

  #isKey(p: () => string): string {
    return this.#keys
      .map((key, index) => {
        const isFolded = this.#table.keys[index]?.isFolded === true
        return isFolded ? `${key} = ${p()} AND ${this.#keyBytes[index]} = ${p()}` : `${key} = ${p()}`
      })
      .join(' AND ')
  }

  #compare(compared: Compared, p: () => string): string {
    if (compared === 'version') return ` AND ver = ${p()}`
    if (compared === 'value') return ` AND ${this.#value} = ${p()}`
    if (compared === 'part') return ` AND ${this.#dialect.partOf(this.#value, p(), p())} = ${p()}`
    return ''
  }

  #make(name: string, write: Writer): string {
    const found = this.#made.get(name)
    if (found !== undefined) return found
    let count = 0
    const sql = write(() => this.#dialect.parameter(++count))
    this.#made.set(name, sql)
    return sql
  }
}

function isThere(p: () => string): string {
  return `(exp IS NULL OR exp > ${p()})`
}

/** A row of the cells value, version, mtime, expiry, size. The last four may be absent. */
export function rowOf(key: Uint8Array, [value, version, mtime, expires, size]: readonly SqlCell[]): Row {
  if (value === null && typeof size !== 'number') {
    throw failure('VALUE_INVALID', 'read a value', undefined, 'its value is NULL, not bytes or text')
  }
  const bytes = (value ?? undefined) as Uint8Array | undefined
  return {
    key,
    value: bytes,
    version: numberOf(version),
    mtime: numberOf(mtime),
    expires: numberOf(expires),
    size: numberOf(size) ?? bytes?.length,
  }
}

function numberOf(cell: SqlCell | undefined): number | undefined {
  return typeof cell === 'number' ? cell : undefined
}
