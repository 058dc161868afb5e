import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { FsDatastore, type FsOptions } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { crashKeys } from './crash-keys.ts'
import { selfDescribed } from './self-described.ts'

/*
 * Writes to a folder until it is killed. Prints `ready`, then `begin KEY SERIAL` before and `done KEY SERIAL` after
 * each change. A serial of 0 is a delete.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { options: { type: 'string', default: '{}' }, serial: { type: 'string', default: '1' } },
})
const store = await FsDatastore.open(positionals[0] ?? '', JSON.parse(values.options) as FsOptions)
let serial = Number(values.serial)

function print(line: string): void {
  writeSync(1, `${line}\n`)
}

function* halves(bytes: Uint8Array): Iterable<Uint8Array> {
  yield bytes.subarray(0, bytes.length >> 1)
  yield bytes.subarray(bytes.length >> 1)
}

async function changeAll(index: number): Promise<void> {
  const key = crashKeys[index]
  if (key === undefined) return
  for (;;) {
    const own = ++serial
    const isDelete = own % 7 === 0
    print(`begin ${index} ${isDelete ? 0 : own}`)
    if (isDelete) await store.delete(key, { missingOk: true })
    else {
      const bytes = selfDescribed(own, own % 5 === 0 ? 300_000 : own % 3000)
      await store.put(key, own % 3 === 0 ? halves(bytes) : bytes)
    }
    print(`done ${index} ${isDelete ? 0 : own}`)
  }
}

print('ready')
await Promise.all(crashKeys.map((_, index) => changeAll(index)))
