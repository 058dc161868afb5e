import { startMongoDouble } from './double.ts'

// A double in a process of its own. Says its address, and ends with its input. What a killed client has locked is soon free.
const double = await startMongoDouble({ isReplicated: process.argv[2] === 'replicated', lifetime: 500 })
process.stdout.write(`${double.url}\n`)
process.stdin.resume().on('end', () => process.exit(0))
