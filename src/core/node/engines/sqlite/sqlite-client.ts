import { optionalPackage } from '../../optional-package.ts'

/** The used part of `node:sqlite`, and of the package with the same interface. */
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

/** The options that both clients have. */
interface DatabaseOptions {
  readonly readOnly: boolean
}

export type OpenDatabase = (path: string, options: DatabaseOptions) => Database

/** What both clients export. */
interface Client {
  readonly DatabaseSync: new (path: string, options: DatabaseOptions) => Database
}

/**
 * Loads a client: Node's own, else the package. A test passes others.
 * @throws DatastoreError `CONFIG_INVALID` if there is neither.
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

/** Node has it since 22.13. The name is written so that bundlers do not resolve it. */
async function ownClient(): Promise<Client> {
  const name = 'node:sqlite'
  return (await import(/* @vite-ignore */ name)) as Client
}
