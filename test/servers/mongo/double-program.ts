import { startMongoDouble } from './double.ts'

// A double in a process of its own. Prints its address, and ends with its input. Locks of a killed client are
// soon released.
const double = await startMongoDouble({ isReplicated: process.argv[2] === 'replicated', lifetime: 500 })
process.stdout.write(`${double.url}\n`)
process.stdin.resume().on('end', () => process.exit(0))
