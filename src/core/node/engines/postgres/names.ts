import type { SqlTable } from '../../sql/table.ts'

/** A name, quoted for PostgreSQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The name of a table in statements. */
export function nameOf({ schema, name }: Pick<SqlTable, 'schema' | 'name'>): string {
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}
