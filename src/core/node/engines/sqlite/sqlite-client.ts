import { optionalPackage } from '../../optional-package.ts'

/** What is used of `node:sqlite` and of the package that has the same interface. */
export interface Database {
  prepare(sql: string): Statement
  exec(sql: string): void
  close(): void
}

export interface Statement {
  run(...parameters: readonly Parameter[]): { readonly changes: number | bigint }
  get(...parameters: readonly Parameter[]): SqlRow | undefined
  all(...parameters: readonly Parameter[]): readonly SqlRow[]
}

export type Parameter = Uint8Array | string | number | null
export type SqlRow = Readonly<Record<string, unknown>>

/** How a database is opened; the part that both clients have. */
interface DatabaseOptions {
  readonly readOnly: boolean
}

export type OpenDatabase = (path: string, options: DatabaseOptions) => Database

/** What both clients export. */
interface Client {
  readonly DatabaseSync: new (path: string, options: DatabaseOptions) => Database
}

/**
 * Opens databases by what there is: Node's own client, else the package. A test passes others.
 * @throws DatastoreError `CONFIG_INVALID` where there is neither.
 */
export async function sqliteClient(
  loadOwn = ownClient,
  loadPackage: () => Promise<Client> = () => import('@photostructure/sqlite'),
): Promise<OpenDatabase> {
  const { DatabaseSync } = await loadOwn().catch(() =>
    optionalPackage('an SQLite store', '@photostructure/sqlite', loadPackage),
  )
  return (path, options) => new DatabaseSync(path, options)
}

/** Node has it from 22.13 on. The name is not one that bundlers look into. */
async function ownClient(): Promise<Client> {
  const name = 'node:sqlite'
  return (await import(/* @vite-ignore */ name)) as Client
}
