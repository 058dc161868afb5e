// The documents of a MongoDB collection as keys and values: edited where nobody else has changed them meanwhile.
// MONGODB_URL names the server. It needs the package mongodb.

import { MongoDatastore } from 'strata/engines/mongodb'
import { Key } from 'strata/node'

const url = process.env['MONGODB_URL'] ?? 'mongodb://127.0.0.1:27017/films'
await using films = await MongoDatastore.open({
  url,
  collection: 'films',
  layout: 'documents',
  keyField: 'slug',
})

const brazil = Key.of('brazil')
await films.put(brazil, new TextEncoder().encode('{ "year": { "$numberInt": "1984" } }'))
const { etag } = await films.stat(brazil)
const text = new TextDecoder().decode(await films.get(brazil))
await films.put(brazil, new TextEncoder().encode(text.replace('1984', '1985')), { ifMatch: etag })
const { year } = JSON.parse(new TextDecoder().decode(await films.get(brazil))) as { year: object }
console.log(year)
// → { '$numberInt': '1985' }
await films.delete(brazil)
