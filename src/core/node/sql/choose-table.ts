import { failure } from '../../errors.ts'
import { type Column, isOwnTable, OWN_TABLE, ownTable, type SqlTable, type TableFacts } from './table.ts'

/** The requested table and its columns. What is absent is detected. */
export interface RequestedTable {
  readonly layout?: 'strata' | 'path' | undefined
  readonly schema?: string | undefined
  readonly table?: string | undefined
  readonly keyColumns?: readonly string[] | undefined
  readonly valueColumn?: string | undefined
}

/** The names of the table and columns of go-ds-sql. */
export const PATH_TABLE = { table: 'blocks', key: 'key', value: 'data' } as const
/** Usual names of the columns. */
const VALUE_NAMES: readonly string[] = ['data', 'value', 'v', 'val', 'blob']
const KEY_NAMES: readonly string[] = ['key', 'k', 'name', 'id', 'path']

/**
 * Chooses the table to open.
 * @returns The table, and whether it has to be made.
 * @throws DatastoreError `CONFIG_INVALID` if there is no table that can be shown, or there are several.
 */
export function chooseTable(
  tables: readonly TableFacts[],
  requested: RequestedTable,
): { readonly table: SqlTable; readonly isMissing: boolean } {
  const { schema, layout, keyColumns, valueColumn } = requested
  const name = requested.table ?? likelyTable(tables, requested)
  if (name === undefined) {
    const names = tables.slice(0, 20).map(table => JSON.stringify(table.name))
    throw refusal(`the database has several tables; name one by "table": ${names.join(', ')}`)
  }
  const facts = tables.find(table => table.name === name)
  if (facts !== undefined) {
    const isOwn = isOwnTable(facts)
    if (layout !== undefined && (layout === 'strata') !== isOwn) {
      const has = isOwn ? 'strata' : 'path'
      throw refusal(`the table ${JSON.stringify(name)} has layout "${has}", not "${layout}"`)
    }
    return {
      table: isOwn ? ownTable(schema, name, facts.id) : foreignTable(facts, requested),
      isMissing: false,
    }
  }
  const isPath = layout === 'path' || keyColumns !== undefined || valueColumn !== undefined
  if (!isPath) return { table: ownTable(schema, name), isMissing: true }
  const [key = PATH_TABLE.key, ...rest] = keyColumns ?? []
  if (rest.length > 0) throw refusal(`there is no table ${JSON.stringify(name)}`)
  const table: SqlTable = {
    schema,
    name,
    keys: [{ name: key, type: 'text', typeName: 'text', isInByteOrder: true, isFolded: false }],
    value: {
      name: valueColumn ?? PATH_TABLE.value,
      type: 'bytes',
      typeName: 'bytes',
      isInByteOrder: true,
      isFolded: false,
    },
    isOwn: false,
    isTransactional: true,
    id: '',
  }
  return { table, isMissing: true }
}

function likelyTable(tables: readonly TableFacts[], { layout }: RequestedTable): string | undefined {
  const own = tables.find(isOwnTable)
  if (own !== undefined && layout !== 'path') return own.name
  if (layout === 'strata') return OWN_TABLE
  const others = tables.filter(table => !isOwnTable(table))
  if (others.length === 0) return layout === 'path' ? PATH_TABLE.table : OWN_TABLE
  return others.length === 1 ? others[0]?.name : others.find(({ name }) => name === PATH_TABLE.table)?.name
}

/** A table of another program, if each of its rows has one key. */
function foreignTable(facts: TableFacts, requested: RequestedTable): SqlTable {
  const { name, columns, uniques, isTransactional, id } = facts
  const called = `the table ${JSON.stringify(name)}`
  const column = (one: string): Column => {
    const found = columns.find(({ name: other }) => other === one)
    if (found !== undefined) return found
    throw refusal(`${called} has the columns ${listed(columns)}, and not ${JSON.stringify(one)}`)
  }
  const likelyKey = KEY_NAMES.find(one => uniques.some(unique => unique.length === 1 && unique[0] === one))
  const keyNames = requested.keyColumns ?? uniques[0] ?? (likelyKey === undefined ? undefined : [likelyKey])
  if (keyNames === undefined) throw refusal(`${called} has no unique index, so none of its columns is a key`)
  const keys = keyNames.map(column)
  const isUnique = uniques.some(
    unique => unique.length === keys.length && unique.every(one => keyNames.includes(one)),
  )
  if (!isUnique) throw refusal(`${called} has no unique index on ${listed(keys)}, so it is no key`)
  const odd = keys.find(({ type }) => type === 'other' || (keys.length > 1 && type === 'bytes'))
  if (odd !== undefined) {
    throw refusal(
      `the column ${JSON.stringify(odd.name)} of ${called} has the type ${odd.typeName}, which is no key`,
    )
  }
  const rest = columns.filter(one => !keys.includes(one))
  const likely = VALUE_NAMES.find(one => rest.some(({ name: other }) => other === one))
  const valueName = requested.valueColumn ?? likely ?? (rest.length === 1 ? rest[0]?.name : undefined)
  if (valueName === undefined) {
    throw refusal(`${called} has the columns ${listed(columns)}; name one by "valueColumn"`)
  }
  const { schema } = requested
  return { schema, name, keys, value: column(valueName), isOwn: false, isTransactional, id }
}

function listed(columns: readonly Column[]): string {
  return columns.map(({ name }) => JSON.stringify(name)).join(', ')
}

/** The error for an option or a place that cannot be opened. */
export function refusal(state: string, action = 'open the database'): Error {
  return failure('CONFIG_INVALID', action, undefined, state)
}
