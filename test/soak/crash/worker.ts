import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { DatastoreError } from '../../../src/core/errors.ts'
import { OpenStore } from '../../../src/core/open/open-store.ts'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { type Operation, Operations } from '../model/operation.ts'
import { perform } from '../model/perform.ts'
import { Random } from '../random.ts'
import { hasKind } from '../stacks/nodes.ts'
import { OpenStack } from '../stacks/open-stack.ts'
import { RandomEdits } from '../stacks/random-edit.ts'
import { UNFLUSHED } from './defects.ts'

/*
 * Makes random writes on a stack, and changes it meanwhile, until it is killed. Reports each call before and
 * after, in lines of JSON: `"ready"`, `{ "begun": operation }`, `{ "ended": index, "failed"?: code, "made"?:
 * key }`; and changes: `{ "changing": edit }`, `{ "changed": document }` once every key is on its shard, `{
 * "refused": code }`.
 */
const { positionals } = parseArgs({ allowPositionals: true })
const [folder = '', root = '', seed = '', serial = '', changes = '', defect = ''] = positionals
const random = new Random(Number(seed))
const edits = new RandomEdits(new Random(random.seed()))
if (defect === UNFLUSHED) OpenStore.prototype.settle = async () => undefined
const operations = new Operations(random, Number(serial))
const document = JSON.parse(root) as StackNodeDocument
const stack = await OpenStack.open(document, folder)
const { store } = stack
// Keys that a store treats as one are not ordered above it.
const atOnce = hasKind(document, 'lowercase') ? 1 : 3
let begun = 0
/** The change in progress. */
const underway = new Set<Promise<void>>()

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

async function run(operation: Operation): Promise<void> {
  const index = begun++
  say({ begun: operation })
  const { failed, made } = await perform(store, operation, {})
  say({ ended: index, failed, made })
}

async function change(): Promise<void> {
  const edit = edits.next(stack.root)
  say({ changing: edit })
  try {
    await stack.apply(edit.root, edit.options)
    while (!stack.isSettled) await new Promise(resolve => setImmediate(resolve))
    say({ changed: stack.root })
  } catch (error) {
    if (!(error instanceof DatastoreError)) throw error
    say({ refused: error.code })
  }
}

say('ready')
for (;;) {
  if (underway.size === 0 && random.chance(Number(changes))) {
    const changing = change()
    underway.add(changing)
    void changing.then(() => underway.delete(changing))
  }
  // Concurrent calls only on single keys: they take effect in the order of the calls.
  if (stack.isWritingBack && random.chance(0.15)) await run({ verb: 'sync' })
  else if (random.chance(0.5)) await run(operations.write())
  else await Promise.all(Array.from({ length: atOnce }, () => run(operations.singleWrite())))
}
