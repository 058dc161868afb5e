// Engines by their own entries. Only the client of LevelDB is installed.
import { Key, openStack, pureKinds, Registry } from 'strata/core'
import { LevelDatastore, type LevelOptions, leveldbKind } from 'strata/engines/leveldb'
import { LmdbDatastore, type LmdbOptions, lmdbKind } from 'strata/engines/lmdb'
import { RedisDatastore, type RedisOptions, redisKind } from 'strata/engines/redis'
import { SqliteDatastore, type SqliteOptions, sqliteKind } from 'strata/engines/sqlite'

export const openers = {
  lmdb: (path: string, options: LmdbOptions) => LmdbDatastore.open(path, options),
  redis: (options: RedisOptions) => RedisDatastore.open(options),
  sqlite: (path: string, options: SqliteOptions) => SqliteDatastore.open(path, options),
}
export const kinds = [lmdbKind, redisKind, sqliteKind]

const options: LevelOptions = { durability: 'full' }
const key = Key.parse('/films/Brazil')
const films = await LevelDatastore.open('films', options)
await films.put(key, new TextEncoder().encode('1985'))
await films.close()

// A program that knows the kinds that it uses:
const registry = new Registry([...pureKinds, leveldbKind])
await using stack = await openStack({ strata: 1, root: { kind: 'leveldb', path: 'films' } }, { registry })
console.log(new TextDecoder().decode(await stack.store.get(key)))
