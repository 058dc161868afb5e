/**
 * What a column holds. `text` and `bytes` are kept as they are written; `whole` and `uuid` have one text for each value;
 * `other` is only shown, as text.
 */
export type ColumnType = 'bytes' | 'text' | 'whole' | 'uuid' | 'other'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** The name of its type in the database. */
  readonly typeName: string
  /** Whether the database keeps it in the order of its bytes. */
  readonly isInByteOrder: boolean
  /** Whether texts of different bytes may be equal in the database. */
  readonly isFolded: boolean
  /** The maximum number of bytes or characters that it holds; `undefined` if it has no limit. */
  readonly longest?: number | undefined
}

/** A table of a database, and the sets of columns that are unique; the primary key first. */
export interface TableFacts {
  readonly name: string
  readonly columns: readonly Column[]
  readonly uniques: readonly (readonly string[])[]
  /** Identifies the table in its database. */
  readonly id: string
  /** Whether several writes can be one transaction. */
  readonly isTransactional: boolean
}

/** How a table holds keys and values. */
export interface SqlTable {
  /** `undefined`: that of the connection. */
  readonly schema: string | undefined
  readonly name: string
  /** The columns of the key. Several are its segments. */
  readonly keys: readonly Column[]
  readonly value: Column
  /** Whether it is a table of Strata, with columns for version and times. */
  readonly isOwn: boolean
  readonly isTransactional: boolean
  readonly id: string
}

/** The default name of a table of Strata. */
export const OWN_TABLE = 'kv'
/** The maximum number of bytes of a key, which an index of each server holds. */
export const KEY_BYTES = 2600

const OWN_COLUMNS = 'exp,k,mtime,v,ver'

const bytes = (name: string): Column => ({
  name,
  type: 'bytes',
  typeName: 'bytes',
  isInByteOrder: true,
  isFolded: false,
})

export function ownTable(schema: string | undefined, name: string, id = ''): SqlTable {
  return { schema, name, keys: [bytes('k')], value: bytes('v'), isOwn: true, isTransactional: true, id }
}

export function isOwnTable({ columns }: TableFacts): boolean {
  const names = columns.map(({ name }) => name).filter(name => name !== 'id')
  return names.sort().join() === OWN_COLUMNS
}

/** Whether the database keeps the keys of a table in the order of their bytes. */
export function isInByteOrder({ keys }: SqlTable): boolean {
  return keys.length === 1 && keys[0]?.isInByteOrder === true
}

/** Whether values can be written as the bytes that they are read as. */
export function keepsValues({ value }: SqlTable): boolean {
  return value.type === 'bytes' || value.type === 'text'
}
