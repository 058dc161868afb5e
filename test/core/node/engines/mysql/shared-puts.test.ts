import { describe, expect, it } from 'vitest'
import type { DatastoreError } from '../../../../../src/core/errors.ts'
import { Key } from '../../../../../src/core/key.ts'
import { type MariadbServer, noMariadb, startMariadb } from '../../../../servers/mariadb.ts'
import { bytes, text } from '../../../../text.ts'
import { onServers, stopping } from '../server-context.ts'
import { openDatastore } from './mysql-context.ts'

const keys = Array.from({ length: 40 }, (_, index) => Key.of('k', String(index)))

/** The number of insert statements since the server was started. */
async function inserts(server: MariadbServer): Promise<number> {
  return Number(
    await server.sql(
      "SELECT variable_value FROM information_schema.global_status WHERE variable_name = 'Com_insert'",
    ),
  )
}

/** Locks the row of a key for three seconds, like another program. */
async function locked(server: MariadbServer, hexOfKey: string): Promise<{ readonly done: Promise<unknown> }> {
  const done = server.sql(
    `BEGIN; SELECT id FROM kv WHERE k = x'${hexOfKey}' FOR UPDATE; SELECT GET_LOCK('is locked', 0); SELECT SLEEP(3); COMMIT`,
  )
  // If the server is stopped meanwhile, this statement fails.
  done.catch(() => undefined)
  await expect
    .poll(() => server.sql("SELECT IS_USED_LOCK('is locked') IS NOT NULL"), { timeout: 10_000 })
    .toBe('1')
  return { done }
}

describe('puts of one turn in MariaDB', () => {
  onServers(noMariadb)

  it('E142 share statements, for new and for known keys', async () => {
    const server = await stopping(startMariadb())
    const store = await openDatastore({ url: server.url })
    for (const round of ['first', 'second']) {
      const before = await inserts(server)
      await Promise.all(keys.map(key => store.put(key, bytes(`${round} ${key.toString()}`))))
      expect((await inserts(server)) - before).toBeLessThan(10)
      const found = await Promise.all(keys.map(key => store.get(key)))
      expect(found.map(text)).toEqual(keys.map(key => `${round} ${key.toString()}`))
    }
  })

  it('E142 a put that the server refuses fails alone', async () => {
    const server = await stopping(startMariadb())
    const store = await openDatastore({ url: server.url })
    await store.put(Key.of('first'), bytes('x'))
    await server.sql("ALTER TABLE kv ADD CONSTRAINT refuse CHECK (v <> 'refused')")
    const results = await Promise.allSettled(
      keys.map((key, index) => store.put(key, bytes(index === 7 ? 'refused' : 'x'))),
    )
    const codes = results.map(result =>
      result.status === 'rejected' ? (result.reason as DatastoreError).code : 'put',
    )
    expect(codes).toEqual(keys.map((_, index) => (index === 7 ? 'VALUE_INVALID' : 'put')))
    expect(await store.has(keys[7] as Key)).toBe(false)
    const rest = keys.filter((_, index) => index !== 7)
    expect((await Promise.all(rest.map(key => store.get(key)))).map(text)).toEqual(rest.map(() => 'x'))
  })

  it('E142 a put to a row locked by another program does not make the others wait', async () => {
    const server = await stopping(startMariadb())
    const store = await openDatastore({ url: server.url })
    await Promise.all(keys.map(key => store.put(key, bytes('old'))))
    const { done } = await locked(server, Buffer.from('k\0' + '7').toString('hex'))
    const ended: string[] = []
    const puts = keys.map(async key => {
      await store.put(key, bytes('new'))
      ended.push(key.toString())
    })
    await Promise.all([done.then(() => ended.push('unlocked')), ...puts])
    expect(ended.indexOf('unlocked')).toBeGreaterThanOrEqual(keys.length - 1)
    expect(ended.indexOf('/k/7')).toBeGreaterThanOrEqual(keys.length - 1)
    expect(text(await store.get(keys[7] as Key))).toBe('new')
  })

  it('E142 if the server is lost, each put fails with its own key', async () => {
    const server = await stopping(startMariadb())
    const store = await openDatastore({ url: server.url })
    await Promise.all(keys.map(key => store.put(key, bytes('old'))))
    await locked(server, Buffer.from('k\0' + '7').toString('hex'))
    const puts = keys.map(key => store.put(key, bytes('new')))
    const results = Promise.allSettled(puts)
    await server.kill()
    const failures = (await results).map(result =>
      result.status === 'rejected' ? (result.reason as DatastoreError) : undefined,
    )
    const lost = keys.filter((_, index) => failures[index] !== undefined)
    expect(lost).not.toEqual([])
    const reported = failures.flatMap(failed =>
      failed === undefined ? [] : [[failed.code, String(failed.key)]],
    )
    expect(reported).toEqual(lost.map(key => ['CONNECTION', key.toString()]))
  })
})
