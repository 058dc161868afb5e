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
  /** The values of the keys when the log started. */
  readonly start: Settled
  /** Their values after the last entry, if known. */
  readonly end: Settled | undefined
  /** The keys of the journal differ only in case where they are one key below. */
  readonly isMerging: boolean
  readonly ledger: Ledger
}

const FORWARD = 'a log replayed forward gives the last state'
const BACKWARD = 'a log replayed backward gives the first state'

/** Replays all records of a log in a store of its own, and undoes them. */
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
  // An entry that stops the replay is not started.
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

/** The reason for which replay refuses an entry. */
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
