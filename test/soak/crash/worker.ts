import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { StackNodeDocument } from '../../../src/core/stack/document.ts'
import { type Operation, Operations } from '../model/operation.ts'
import { perform } from '../model/perform.ts'
import { Random } from '../random.ts'
import { hasKind } from '../stacks/nodes.ts'
import { OpenStack } from '../stacks/open-stack.ts'

/*
 * Makes random writes on a stack until it is killed. Before and after each call it says so, in lines of JSON:
 * `"ready"`, `{ "begun": operation }`, `{ "ended": index, "failed"?: code, "made"?: key }`.
 */
const { positionals } = parseArgs({ allowPositionals: true })
const [folder = '', root = '', seed = '', serial = ''] = positionals
const random = new Random(Number(seed))
const operations = new Operations(random, Number(serial))
const document = JSON.parse(root) as StackNodeDocument
const { store, isWritingBack } = await OpenStack.open(document, folder)
// Keys that a store takes for one are in no order above it.
const atOnce = hasKind(document, 'lowercase') ? 1 : 3
let begun = 0

function say(line: unknown): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}

async function run(operation: Operation): Promise<void> {
  const index = begun++
  say({ begun: operation })
  const { failed, made } = await perform(store, operation, {})
  say({ ended: index, failed, made })
}

say('ready')
for (;;) {
  // Calls at once only on single keys: they take effect in the order of the calls.
  if (isWritingBack && random.chance(0.15)) await run({ verb: 'sync' })
  else if (random.chance(0.5)) await run(operations.write())
  else await Promise.all(Array.from({ length: atOnce }, () => run(operations.singleWrite())))
}
