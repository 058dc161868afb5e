import { LevelDatastore } from '../../../../../src/core/node/engines/leveldb/leveldb-datastore.ts'

// Opens a folder to read until it is killed: `node program.mjs PATH`. Says `open` once it is.
await LevelDatastore.open(process.argv[2] ?? '', { readOnly: true })
console.log('open')
setInterval(() => undefined, 1000)
