import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'

// Opens a folder read-only until it is killed: `node program.mjs PATH`. Prints `open` once it is open.
await LevelDatastore.open(process.argv[2] ?? '', { readOnly: true })
console.log('open')
setInterval(() => undefined, 1000)
