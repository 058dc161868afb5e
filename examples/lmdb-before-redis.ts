// LMDB before a Redis server, as a document: the near tier is a file, so its copies are there again after a restart and
// are read in microseconds. Writes go through: the server judges each of them, and holds everything.
// REDIS_URL names the server. It needs the packages @redis/client and lmdb.
import { Key, openStack } from 'strata/node'

const url = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'
const document = {
  strata: 1,
  name: 'Films',
  root: {
    kind: 'tiered',
    tiers: [
      { kind: 'lmdb', id: 'near', path: 'near.lmdb' },
      { kind: 'redis', id: 'server', url, layout: 'strata', prefix: 'films:' },
    ],
  },
}
const brazil = Key.parse('/Brazil')

{
  await using stack = await openStack(document)
  await stack.store.put(brazil, new TextEncoder().encode('1985'))
}

// The program starts again:
await using stack = await openStack(document)
const asked: string[] = []
const stop = stack.trace(({ node, verb, outcome }) => asked.push(`${node} ${verb} ${outcome}`))
console.log(new TextDecoder().decode(await stack.store.get(brazil)))
// → 1985
stop()
console.log(asked.filter(span => !span.startsWith('tiered')).join(', '))
// → near get ok

await stack.store.delete(brazil)
