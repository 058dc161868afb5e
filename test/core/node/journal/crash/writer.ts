import { writeSync } from 'node:fs'
import { journal } from '../../../../../src/core/adapters/journal/journal.ts'
import { FsDatastore } from '../../../../../src/core/node/fs/fs-datastore.ts'
import { type FileJournalOptions, fileJournal } from '../../../../../src/core/node/journal/file-journal.ts'
import { crashKeys } from '../../fs/crash/crash-keys.ts'
import { selfDescribed } from '../../fs/crash/self-described.ts'

/*
 * Writes through a journal until it is killed: `writer.mjs STORE LOG OPTIONS SERIAL`. Prints `done SERIAL` for each
 * acknowledged put.
 */
const [, , root = '', folder = '', options = '{}', start = '0'] = process.argv
const log = await fileJournal(folder, JSON.parse(options) as FileJournalOptions)
const store = await journal(await FsDatastore.open(root), { log })
let serial = Number(start)

function print(line: string): void {
  writeSync(1, `${line}\n`)
}

async function changeAll(index: number): Promise<void> {
  const key = crashKeys[index]
  if (key === undefined) return
  for (;;) {
    const own = ++serial
    const value = selfDescribed(own, own % 11 === 0 ? 100_000 : own % 3000)
    await store.put(key, own % 3 === 0 ? [value.subarray(0, 5), value.subarray(5)] : value)
    print(`done ${own}`)
    const away = key.child('renamed')
    if (own % 5 === 0) await store.rename(key, away)
    if (own % 10 === 0) await store.delete(away)
  }
}

await Promise.all(crashKeys.map((_, index) => changeAll(index)))
