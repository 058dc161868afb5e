import { writeSync } from 'node:fs'
import { Key } from '../../../../../src/core/key.ts'
import { selfDescribed } from '../../fs/crash/self-described.ts'
import { openEngine } from './engines.ts'

/*
 * Writes to an engine until it is killed: `node program.mjs ENGINE PATH DURABILITY SERIAL SERVER`. Prints `begin KEY
 * SERIAL` before and `done KEY SERIAL` after each write, and `pair SERIAL` for a batch that writes one serial to two
 * keys.
 */
const [engine = '', path = '', durability = 'none', serialText = '1', server = ''] = process.argv.slice(2)
const store = await openEngine(engine, path, durability === 'full' ? 'full' : 'none', server)
let serial = Number(serialText)

function print(line: string): void {
  writeSync(1, `${line}\n`)
}

async function writeTo(name: string): Promise<void> {
  for (;;) {
    const own = ++serial
    print(`begin ${name} ${own}`)
    await store.put(Key.of('values', name), selfDescribed(own, own % 11 === 0 ? 100_000 : own % 2000))
    print(`done ${name} ${own}`)
  }
}

async function writePairs(): Promise<void> {
  for (;;) {
    const own = ++serial
    const value = selfDescribed(own, own % 500)
    await store.batch().put(Key.of('pair', 'left'), value).put(Key.of('pair', 'right'), value).commit()
    print(`pair both ${own}`)
  }
}

print('ready')
await Promise.all([...Array.from({ length: 8 }, (_, index) => writeTo(`k${index}`)), writePairs()])
