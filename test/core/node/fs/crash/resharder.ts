import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { ShardFunctionName } from '../../../../../src/core/adapters/sharded/shard-function.ts'
import { ShardedDatastore } from '../../../../../src/core/adapters/sharded/sharded.ts'
import { Key } from '../../../../../src/core/key.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { selfDescribed } from './self-described.ts'

/*
 * Resumes a reshard from one list of folders to another, with concurrent writes. Prints `ready` when it begins,
 * `begin KEY SERIAL` and `done KEY SERIAL` around each write (a serial of 0 is a delete), and `settled` when all keys
 * have moved.
 */
interface Change {
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly fromBy: ShardFunctionName
  readonly toBy: ShardFunctionName
}

const { values } = parseArgs({
  options: { change: { type: 'string', default: '' }, serial: { type: 'string', default: '1' } },
})
const { from, to, fromBy, toBy } = JSON.parse(values.change) as Change
const folders = [...new Set([...from, ...to])]
const opened = new Map(
  await Promise.all(folders.map(async folder => [folder, await FsDatastore.open(folder)] as const)),
)
const storesAt = (paths: readonly string[]) => paths.map(path => opened.get(path) as FsDatastore)
const sharded = new ShardedDatastore<Uint8Array>(storesAt(from), { by: fromBy })

function print(line: string): void {
  writeSync(1, `${line}\n`)
}

let isSettled = false
async function write(): Promise<void> {
  for (let serial = Number(values.serial); !isSettled; serial++) {
    const index = (serial * 7) % 20
    const key = Key.of('written', `w${index}`)
    const isDelete = serial % 5 === 0
    print(`begin ${index} ${isDelete ? 0 : serial}`)
    if (isDelete) await sharded.delete(key, { missingOk: true })
    else await sharded.put(key, selfDescribed(serial, serial % 3000))
    print(`done ${index} ${isDelete ? 0 : serial}`)
  }
}

print('ready')
const resharded = sharded.reshard(storesAt(to), { by: toBy, concurrency: 4 })
const written = write()
await resharded
isSettled = true
await written
await sharded.close()
print('settled')
process.exit(0)
