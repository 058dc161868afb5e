import { writeSync } from 'node:fs'
import { Key } from '../../../../src/core/key.ts'
import { bareSessions } from '../bare-sessions.ts'

/*
 * Opens a stack, applies others one after another, and writes meanwhile. Prints `applied INDEX` after each
 * change, and `done SERIAL` after each write of that serial to the key of its last two digits.
 */
const [dataDirectory = '', documents = '[]', serial = '0'] = process.argv.slice(2)
const { sessions } = await bareSessions(dataDirectory)
const [first, ...next] = JSON.parse(documents) as readonly object[]
const { id } = await sessions.open({ type: 'document', document: first }, undefined)
const { store } = sessions.get(id)

function say(line: string): void {
  writeSync(1, `${line}\n`)
}

async function write(): Promise<never> {
  for (let count = Number(serial); ; count++) {
    await store.put(Key.of('written', String(count % 100)), new TextEncoder().encode(String(count)))
    say(`done ${count}`)
  }
}

const written = write()
for (const [index, document] of next.entries()) {
  await sessions.apply(id, document, { misplaced: 'move' })
  say(`applied ${index}`)
}
await written
