// A stack: stores composed by a document, here a memory cache over two folders that share the keys. Each node can be asked
// by its id.
import { Key, openStack, validateDocument } from 'strata/node'

const folders = ['a', 'b'].map(name => ({ kind: 'fs', id: name, path: name }))
const sharded = { kind: 'sharded', id: 'shards', shards: folders }
const cached = { kind: 'tiered', id: 'tiers', tiers: [{ kind: 'memory', id: 'near' }, sharded] }

await using stack = await openStack({ strata: 1, name: 'Films', root: cached })
for (const name of ['Alien', 'Brazil', 'Casablanca', 'Delicatessen']) {
  await stack.store.put(Key.of('films', name), new TextEncoder().encode(name))
}

// The same keys, spread:
for (const id of ['near', 'a', 'b']) {
  const { children } = await stack.node(id).store.list(Key.parse('/films'))
  console.log(id, children.map(({ name }) => name).join())
}
// → near Alien,Brazil,Casablanca,Delicatessen
// → a Alien,Brazil,Delicatessen
// → b Casablanca

// Who was asked for what:
const stop = stack.trace(({ node, verb, key, outcome }) => console.log(node, verb, key.toString(), outcome))
await stack.store.get(Key.parse('/films/Brazil'))
stop()
// → near get /films/Brazil ok
// → tiers get /films/Brazil ok

// A wrong document is refused with the place of the problem, before anything is opened:
const wrong = {
  strata: 1,
  name: 'Films',
  root: { ...cached, tiers: [{ kind: 'memory', maxEntires: 100 }, sharded] },
}
for (const { path, message } of validateDocument(wrong)) console.log(`${path}: ${message}`)
// → root.tiers[0].maxEntires: there is no option "maxEntires" here
