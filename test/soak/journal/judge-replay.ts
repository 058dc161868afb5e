import { EntryLog } from '../../../src/core/adapters/journal/entry-log.ts'
import type { JournalEntry } from '../../../src/core/adapters/journal/journal-entry.ts'
import type { JournalLog } from '../../../src/core/adapters/journal/journal-log.ts'
import { replay } from '../../../src/core/adapters/journal/replay.ts'
import { KeyTransformDatastore, lowercase } from '../../../src/core/adapters/transform/key-transform.ts'
import type { BinaryDatastore } from '../../../src/core/datastore.ts'
import { codeOf } from '../../../src/core/errors.ts'
import { Key } from '../../../src/core/key.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { differences, type Settled } from '../model/settled.ts'
import { serialIn, valueOf } from '../values.ts'
import type { Ledger } from '../violation.ts'

export interface ReplayExpectation {
  /** What the keys held when the log began. */
  readonly start: Settled
  /** What they hold after the last entry, where it is known. */
  readonly end: Settled | undefined
  /** The keys of the journal are told apart by case alone where they are one below. */
  readonly isMerging: boolean
  readonly ledger: Ledger
}

const FORWARD = 'a log replayed forward gives the end'
const BACKWARD = 'a log replayed backward gives the beginning'

/** Makes all that a log has on record in a store of its own, and takes it back. */
export async function judgeReplay(
  log: JournalLog,
  { start, end, isMerging, ledger }: ReplayExpectation,
): Promise<void> {
  const memory = new MemoryDatastore()
  const target = isMerging ? new KeyTransformDatastore(memory, lowercase) : memory
  for (const [key, serial] of start) await target.put(Key.parse(key), valueOf(serial))
  const before = await contentOf(target)
  const entries: JournalEntry[] = []
  for await (const entry of (await EntryLog.open(log)).read()) entries.push(entry)
  const stop = entries.find(entry => refusalOf(entry) !== 'none')
  // What stops it is not begun.
  const to = stop === undefined ? undefined : stop.sequence - 1
  const whole = stop === undefined ? entries : entries.slice(0, entries.indexOf(stop))
  const came = await replay(log, target, { to }).catch(codeOf)
  ledger.hold(FORWARD, came === whole.length, () => `${came} of ${whole.length} entries`)
  if (stop !== undefined) {
    const refused = await replay(log, target, { from: stop.sequence }).catch(codeOf)
    ledger.hold(FORWARD, refused === refusalOf(stop), () => `entry ${stop.sequence} gave ${refused}`)
  }
  if (stop === undefined && end !== undefined) {
    const differing = differences(serialsOf(await contentOf(target)), end)
    ledger.hold(FORWARD, differing === '', () => differing)
  }
  const back = await replay(log, target, { direction: 'backward', to }).catch(String)
  ledger.hold(BACKWARD, back === whole.length, () => `${back} of ${whole.length} entries`)
  const left = await contentOf(target)
  const isSame =
    left.size === before.size &&
    [...left].every(([key, value]) => Buffer.compare(before.get(key) ?? Buffer.of(), value) === 0)
  ledger.hold(
    BACKWARD,
    isSame,
    () => `${[...left.keys()].join(' ')} instead of ${[...before.keys()].join(' ')}`,
  )
}

/** What replay refuses an entry with. */
function refusalOf({ changes }: JournalEntry): 'none' | 'CONFLICT' | 'UNSUPPORTED' {
  if (changes.some(({ state }) => state !== 'made')) return 'CONFLICT'
  const isTooLarge = changes.some(({ before, after }) => before === 'too-large' || after === 'too-large')
  return isTooLarge ? 'UNSUPPORTED' : 'none'
}

async function contentOf(store: BinaryDatastore): Promise<ReadonlyMap<string, Uint8Array>> {
  const content = new Map<string, Uint8Array>()
  for await (const { key, value } of store.query({}, { scan: true }))
    content.set(key.toString(), value ?? new Uint8Array())
  return content
}

function serialsOf(content: ReadonlyMap<string, Uint8Array>): Settled {
  return new Map([...content].map(([key, value]) => [key, serialIn(value) ?? -1]))
}
