// Engines imported from their own entries. Only the client of LevelDB is installed.
import { Key, openStack, pureKinds, Registry } from 'strata/core'
import { GitDatastore, type GitOptions, gitKind } from 'strata/engines/git'
import { LevelDatastore, type LevelOptions, leveldbKind } from 'strata/engines/leveldb'
import { LmdbDatastore, type LmdbOptions, lmdbKind } from 'strata/engines/lmdb'
import { PostgresDatastore, type PostgresOptions, postgresKind } from 'strata/engines/postgres'
import { RedisDatastore, type RedisOptions, redisKind } from 'strata/engines/redis'
import { S3Datastore, type S3Options, s3Kind } from 'strata/engines/s3'
import { SqliteDatastore, type SqliteOptions, sqliteKind } from 'strata/engines/sqlite'

export const openers = {
  git: (path: string, options: GitOptions) => GitDatastore.open(path, options),
  lmdb: (path: string, options: LmdbOptions) => LmdbDatastore.open(path, options),
  postgres: (options: PostgresOptions) => PostgresDatastore.open(options),
  redis: (options: RedisOptions) => RedisDatastore.open(options),
  s3: (options: S3Options) => S3Datastore.open(options),
  sqlite: (path: string, options: SqliteOptions) => SqliteDatastore.open(path, options),
}
export const kinds = [gitKind, lmdbKind, postgresKind, redisKind, s3Kind, sqliteKind]

const options: LevelOptions = { durability: 'full' }
const key = Key.parse('/films/Brazil')
const films = await LevelDatastore.open('films', options)
await films.put(key, new TextEncoder().encode('1985'))
await films.close()

// A program that imports the kinds it uses:
const registry = new Registry([...pureKinds, leveldbKind])
await using stack = await openStack({ strata: 1, root: { kind: 'leveldb', path: 'films' } }, { registry })
console.log(new TextDecoder().decode(await stack.store.get(key)))
