import { afterEach, describe, expect, it } from 'vitest'
import { EntryLog } from '../../../../src/core/adapters/journal/entry-log.ts'
import { journal } from '../../../../src/core/adapters/journal/journal.ts'
import type { JournalEntry } from '../../../../src/core/adapters/journal/journal-entry.ts'
import type { JournalLog } from '../../../../src/core/adapters/journal/journal-log.ts'
import {
  type JournalOptions,
  JournalStore,
  journalState,
} from '../../../../src/core/adapters/journal/journal-store.ts'
import { memoryJournal } from '../../../../src/core/adapters/journal/memory-journal.ts'
import type { BinaryDatastore } from '../../../../src/core/datastore.ts'
import { Key } from '../../../../src/core/key.ts'
import { fault } from '../../../../src/core/layers/fault.ts'
import { layered, type Verb } from '../../../../src/core/layers/layer.ts'
import { Call } from '../../../../src/core/open/call.ts'
import { openStoreOf } from '../../../../src/core/open/datastore.ts'
import { OpenStore } from '../../../../src/core/open/open-store.ts'
import { Payload } from '../../../../src/core/open/payload.ts'
import { MemoryDatastore } from '../../../../src/core/stores/memory.ts'
import { collect, expectFailure } from '../../../../src/testkit/suite.ts'
import { bytesOf, textOf } from '../../node/fs/bytes-of.ts'

const a = Key.parse('/a')
const b = Key.of('line\nbreak', 'b')
const opened: BinaryDatastore[] = []

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

async function open(store: BinaryDatastore, options: Partial<JournalOptions> = {}) {
  const journaled = await journal(store, { log: memoryJournal(), ...options })
  opened.push(journaled)
  return journaled
}

/** An entry as text: the action, and each key with its value before and after. */
function asText({ action, of, changes }: JournalEntry): string {
  const value = (one: unknown) => (one instanceof Uint8Array ? textOf(one) : `<${String(one)}>`)
  const all = changes.map(({ key, before, after }) => `${key.toString()} ${value(before)} ${value(after)}`)
  return [of === undefined ? action : `${action} ${of}`, ...all].join(', ')
}

async function allAsText(store: Awaited<ReturnType<typeof open>>): Promise<string[]> {
  return (await collect(store.entries())).map(asText)
}

/** A log that rejects the records that `refuses` selects. */
function failingLog(refuses: (isIntent: boolean) => boolean, log = memoryJournal()): JournalLog {
  return {
    maxBytes: log.maxBytes,
    get bytes() {
      return log.bytes
    },
    get oldest() {
      return log.oldest
    },
    append: async (bytes, isIntent) => {
      if (refuses(isIntent)) throw new Error('the disk is full')
      return log.append(bytes, isIntent)
    },
    read: options => log.read(options),
    sync: () => log.sync(),
    close: () => log.close(),
  }
}

/** A store that runs `work` after each call of one verb, and answers afterwards. */
function afterEachCall(below: BinaryDatastore, verb: Verb, work: () => Promise<void>): BinaryDatastore {
  return layered(below, {
    name: 'delayed',
    delays: true,
    around: async (step, run) => {
      const answer = await run(step.call)
      if (step.verb === verb) await work()
      return answer
    },
  })
}

describe('a journal', () => {
  it('W4 journal() records every write of every verb, with before and after', async () => {
    const store = await open(new MemoryDatastore(), { now: () => 1234 })
    await store.put(a, bytesOf('1'))
    await store.put(a, [bytesOf('2'), bytesOf('3')].values())
    await store.rename(a, b)
    await store.put(a, bytesOf('4'))
    await store.rename(b, a)
    await store.batch().put(b, bytesOf('5')).delete(a).commit()
    await collect(store.putMany([{ key: a, value: bytesOf('6') }]))
    await collect(store.deleteMany([b, b]))
    const fresh = await store.putNew(Key.parse('/new'), bytesOf('7'))
    const entries = await collect(store.entries())
    expect(entries.map(asText)).toEqual([
      'put, /a <absent> 1',
      'put, /a 1 23',
      'rename, /a 23 <absent>, /line\nbreak/b <absent> 23',
      'put, /a <absent> 4',
      'rename, /line\nbreak/b 23 <absent>, /a 4 23',
      'put, /line\nbreak/b <absent> 5',
      'delete, /a 23 <absent>',
      'put, /a <absent> 6',
      'delete, /line\nbreak/b 5 <absent>',
      `put, ${fresh.toString()} <absent> 7`,
    ])
    expect(new Set(entries.map(({ time }) => time))).toEqual(new Set([1234]))
    expect(entries.flatMap(({ changes }) => changes).every(({ state }) => state === 'made')).toBe(true)
    const numbers = entries.map(({ sequence }) => sequence)
    expect([...new Set(numbers)].sort((one, other) => one - other)).toEqual(numbers)
  })

  it('W4 entries() rejects a limit that is not a whole number from 0 up', async () => {
    const store = await journal(new MemoryDatastore(), { log: memoryJournal() })
    await store.put(Key.of('a'), Uint8Array.of(1))
    expect(await collect(store.entries({ limit: 0 }))).toEqual([])
    for (const limit of [-1, 1.5, Number.NaN])
      await expect(collect(store.entries({ limit }))).rejects.toBeInstanceOf(RangeError)
  })

  it('W4 entries() pages in both directions', async () => {
    const store = await open(new MemoryDatastore())
    for (const text of ['1', '2', '3', '4']) await store.put(a, bytesOf(text))
    const all = await collect(store.entries())
    const [first, second, third, fourth] = all
    expect(await collect(store.entries({ after: first!.sequence, limit: 2 }))).toEqual([second, third])
    expect(await collect(store.entries({ reverse: true, limit: 1 }))).toEqual([fourth])
    expect(await collect(store.entries({ reverse: true, after: third!.sequence }))).toEqual([second, first])
    expect(await collect(store.entries({ limit: 0 }))).toEqual([])
  })

  it('W8 a refused write leaves no entry, and later changes to a buffer do not change an entry', async () => {
    const below = new MemoryDatastore()
    const store = await open(below)
    await expectFailure(store.put(a, bytesOf('1'), { create: false }), 'NOT_FOUND', a)
    await expectFailure(store.put(a, bytesOf('1'), { ifMatch: 'x' }), 'CONFLICT', a)
    await expectFailure(store.delete(a), 'NOT_FOUND', a)
    const buffer = bytesOf('1')
    const put = store.put(a, buffer)
    buffer.fill(0)
    await put
    await expectFailure(store.put(a, bytesOf('2'), { replace: false }), 'ALREADY_EXISTS', a)
    await expectFailure(store.put(a, bytesOf('2'), { ifMatch: 'x' }), 'CONFLICT', a)
    await expectFailure(store.delete(a, { ifMatch: 'x' }), 'CONFLICT', a)
    await expectFailure(store.rename(b, a), 'NOT_FOUND', b)
    await below.put(b, bytesOf('b'))
    await expectFailure(store.rename(a, b, { replace: false }), 'ALREADY_EXISTS', b)
    expect(await allAsText(store)).toEqual(['put, /a <absent> 1'])
    const [entry] = await collect(store.entries())
    entry?.changes.forEach(({ after }) => after instanceof Uint8Array && after.fill(0))
    expect(await allAsText(store)).toEqual(['put, /a <absent> 1'])
  })

  it('W11 W14 undo() and redo() invert each other, and are recorded themselves', async () => {
    const store = await open(new MemoryDatastore())
    await store.put(a, bytesOf('1'))
    await store.put(b, bytesOf('2'))
    await store.rename(a, b)
    const { sequence } = (await collect(store.entries({ reverse: true, limit: 1 })))[0]!
    const undone = await store.undo(sequence)
    expect([textOf(await store.get(a)), textOf(await store.get(b))]).toEqual(['1', '2'])
    expect(await store.undo(sequence)).toBeUndefined()
    await store.redo(sequence)
    expect([await store.has(a), textOf(await store.get(b))]).toEqual([false, '1'])
    expect((await allAsText(store)).slice(-2)).toEqual([
      `undo ${sequence}, /a <absent> 1, /line\nbreak/b 1 2`,
      `redo ${sequence}, /line\nbreak/b 2 1, /a 1 <absent>`,
    ])
    await store.undo(sequence)
    expect(await store.redo(undone!)).toBeUndefined()
    await expectFailure(store.undo(999), 'NOT_FOUND')
  })

  it('W11 undo() never overwrites later changes by others', async () => {
    const below = new MemoryDatastore()
    const store = await open(below)
    await store.put(a, bytesOf('1'))
    await store.put(a, bytesOf('2'))
    const [, entry] = await collect(store.entries())
    await below.put(a, bytesOf('theirs'))
    await expectFailure(store.undo(entry!.sequence), 'CONFLICT', a)
    await below.delete(a)
    await expectFailure(store.undo(entry!.sequence), 'CONFLICT', a)
    expect(await store.has(a)).toBe(false)
    expect(await allAsText(store)).toHaveLength(2)
  })

  it('W11 undo() applies only to the version that it has read', async () => {
    const below = new MemoryDatastore()
    let isOvertaken = false
    const store = await open(
      afterEachCall(below, 'get', async () => {
        if (isOvertaken) await below.put(a, bytesOf('theirs'))
      }),
    )
    await store.put(a, bytesOf('1'))
    await store.put(a, bytesOf('2'))
    const [, entry] = await collect(store.entries())
    isOvertaken = true
    await expectFailure(store.undo(entry!.sequence), 'CONFLICT', a)
    expect(textOf(await below.get(a))).toBe('theirs')
    expect(await allAsText(store)).toHaveLength(2)
  })

  it('W4 a write that another one overtakes records the value that it replaced', async () => {
    const below = new MemoryDatastore()
    let times = 2
    const store = await open(
      afterEachCall(below, 'stat', async () => {
        if (times-- > 0) await below.put(a, bytesOf(`theirs ${times}`))
      }),
    )
    await store.put(a, bytesOf('ours'))
    expect(await allAsText(store)).toEqual(['put, /a theirs 0 ours'])
  })

  it('W13 a value that is too large is recorded, and cannot be undone', async () => {
    const store = await open(new MemoryDatastore(), { maxValueBytes: 3 })
    await store.put(a, bytesOf('four'))
    await store.put(a, [bytesOf('fi'), bytesOf('ve')].values())
    await store.put(a, bytesOf('3'))
    const entries = await collect(store.entries())
    expect(entries.map(asText)).toEqual([
      'put, /a <absent> <too-large>',
      'put, /a <too-large> <too-large>',
      'put, /a <too-large> 3',
    ])
    for (const { sequence } of entries) {
      await expectFailure(store.undo(sequence), 'UNSUPPORTED', a)
      await expectFailure(store.redo(sequence), 'UNSUPPORTED', a)
    }
    expect(textOf(await store.get(a))).toBe('3')
  })

  it('W8 a write that cannot be recorded is not made', async () => {
    const below = new MemoryDatastore()
    await below.put(a, bytesOf('1'))
    const store = await open(below, { log: failingLog(isIntent => isIntent) })
    await expectFailure(store.put(b, bytesOf('2')), 'IO', b)
    await expectFailure(store.put(b, [bytesOf('2')].values()), 'IO', b)
    await expectFailure(store.delete(a), 'IO', a)
    await expectFailure(store.rename(a, b), 'IO', a)
    expect([await below.has(b), textOf(await below.get(a))]).toEqual([false, '1'])
  })

  it('W10 a write whose mark is lost is made, and is resolved when the journal opens next', async () => {
    const below = new MemoryDatastore()
    const log = memoryJournal()
    const reported: number[] = []
    const first = await journal(below, {
      log: failingLog(isIntent => !isIntent, log),
      onMarkError: (_error, sequence) => reported.push(sequence),
    })
    await first.put(a, bytesOf('1'))
    await first.put(a, bytesOf('2'))
    await first.put(a, bytesOf('1'))
    await first.put(b, bytesOf('1'))
    expect(reported).toHaveLength(4)
    await below.put(b, bytesOf('theirs'))
    const second = await open(below, { log })
    const states = (await collect(second.entries())).map(({ changes }) => changes[0]!.state)
    expect(states).toEqual(['made', 'made', 'made', 'unknown'])
  })

  it('W6 an outcome that the log failed to append is recorded when the store closes', async () => {
    const below = new MemoryDatastore()
    const log = memoryJournal()
    let isFull = true
    const first = await journal(below, { log: failingLog(isIntent => !isIntent && isFull, log) })
    await first.put(a, bytesOf('1'))
    await below.put(a, bytesOf('theirs'))
    isFull = false
    await first.close()
    const entries = await collect((await EntryLog.open(log)).read())
    expect(entries.map(({ changes }) => changes[0]!.state)).toEqual(['made'])
  })

  it('W4 a failed write is recorded with its actual outcome', async () => {
    const below = new MemoryDatastore()
    const shaky = fault(below)
    let isReached = false
    let failed = async () => Promise.reject(new Error('it did not happen'))
    const store = await open(
      layered(shaky, {
        name: 'failing',
        around: async (step, run) => {
          if (step.verb !== 'put') return run(step.call)
          if (isReached) await run(step.call)
          return failed()
        },
      }),
    )
    await expect(store.put(a, bytesOf('1'))).rejects.toThrow('it did not happen')
    isReached = true
    failed = async () => Promise.reject(new Error('it happened'))
    await expect(store.put(a, bytesOf('2'))).rejects.toThrow('it happened')
    failed = async () => {
      shaky.faults.isOffline = true
      throw new Error('who knows')
    }
    await expect(store.put(a, bytesOf('3'))).rejects.toThrow('who knows')
    const entries = await collect(store.entries())
    expect(entries.map(asText)).toEqual(['put, /a <absent> 2', 'put, /a 2 3'])
    expect(entries.map(({ changes }) => changes[0]!.state)).toEqual(['made', 'pending'])
  })

  it('W8 a stream that fails part-way leaves no entry', async () => {
    const store = await open(new MemoryDatastore(), { maxValueBytes: 3 })
    await store.put(a, bytesOf('1'))
    function* failing(before: number) {
      for (let count = 0; count < before; count++) yield bytesOf('12')
      throw new Error('the source failed')
    }
    await expect(store.put(a, failing(1))).rejects.toThrow('the source failed')
    await expect(store.put(a, failing(9))).rejects.toThrow('the source failed')
    expect(await allAsText(store)).toEqual(['put, /a <absent> 1'])
  })

  it('W9 the oldest entries are removed when the journal exceeds its limit of bytes', async () => {
    const log = memoryJournal({ maxBytes: 4096 })
    const store = await open(new MemoryDatastore(), { log })
    for (let index = 0; index < 200; index++) await store.put(a, bytesOf(String(index)))
    const all = await allAsText(store)
    expect(all.length).toBeGreaterThan(5)
    expect(all.length).toBeLessThan(40)
    expect(all.at(-1)).toBe('put, /a 198 199')
    await expectFailure(store.undo(1), 'NOT_FOUND')
  })

  it('W4 invalid limits are rejected', async () => {
    expect(() => memoryJournal({ maxBytes: 10 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    const log = memoryJournal({ maxBytes: 8000 })
    await expectFailure(journal(new MemoryDatastore(), { log, maxValueBytes: 1001 }), 'CONFIG_INVALID')
  })

  it('W5 W15 a put keeps its time to live, and a value restored by undo() has none', async () => {
    const below = new MemoryDatastore()
    const store = await open(below)
    const { etag } = await store.put(a, bytesOf('1'), { ttl: 60_000 })
    const stat = await below.stat(a)
    expect(stat.etag).toBe(etag)
    expect(stat.expires).toBeGreaterThan(Date.now())
    expect(store.info).toEqual({ kind: 'journal', id: below.info.id })
    await store.delete(a)
    await store.undo((await collect(store.entries({ reverse: true, limit: 1 })))[0]!.sequence)
    expect(textOf(await store.get(a))).toBe('1')
    expect((await below.stat(a)).expires).toBeUndefined()
  })

  it('W4 entries() waits for an aborted write, and undo() reverts it', async () => {
    let release = () => {}
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    const controller = new AbortController()
    const store = await open(
      afterEachCall(new MemoryDatastore(), 'put', async () => {
        controller.abort()
        await released
      }),
    )
    await expectFailure(store.put(a, bytesOf('1'), { signal: controller.signal }), 'ABORTED', a)
    const reading = collect(store.entries())
    const undoing = store.undo(1)
    release()
    const [entry] = await reading
    expect([asText(entry!), entry!.changes[0]!.state]).toEqual(['put, /a <absent> 1', 'made'])
    await undoing
    expect(await store.has(a)).toBe(false)
  })

  it('D16 undo() takes its turn among the writes to its keys', async () => {
    let times = 0
    const store = await open(
      afterEachCall(new MemoryDatastore(), 'stat', async () => {
        // This is the first read of the undo: a put that is called now takes effect after the undo.
        if (++times === 2) put = store.put(a, bytesOf('2'))
      }),
    )
    let put: Promise<unknown> | undefined
    await store.put(a, bytesOf('1'))
    const [entry] = await collect(store.entries())
    await store.undo(entry!.sequence)
    await put
    expect(await allAsText(store)).toEqual([
      'put, /a <absent> 1',
      'undo 1, /a 1 <absent>',
      'put, /a <absent> 2',
    ])
  })

  it('W7 a transaction is rejected, and the log stays open', async () => {
    const below = new MemoryDatastore()
    const store = await open(below)
    expect(store.capabilities.transaction).toBe('none')
    await expectFailure(
      store.transaction(inside => inside.put(a, bytesOf('1'))),
      'UNSUPPORTED',
    )
    expect([await below.has(a), await allAsText(store)]).toEqual([false, []])
  })

  it('W16 does not move a branch in one step', async () => {
    const store = await open(new MemoryDatastore())
    await store.put(Key.parse('/from/x'), bytesOf('1'))
    expect(await store.moveBranch(Key.parse('/from'), Key.parse('/to'))).toBe('unsupported')
  })

  it('W4 a journal keeps its log when the store below is replaced', async () => {
    const log = memoryJournal()
    const [first, second] = [new MemoryDatastore(), new MemoryDatastore()]
    const store = new JournalStore(openStoreOf(first), journalState(await EntryLog.open(log), { log }), {
      log,
    })
    const journaled = new OpenStore(store)
    await journaled.write(a, Payload.kept(bytesOf('1')), Call.plain)
    store.rewire([openStoreOf(second)])
    await journaled.write(a, Payload.kept(bytesOf('2')), Call.plain)
    const third = store.over([openStoreOf(first)])
    await third.write(a, Payload.kept(bytesOf('3')), Call.plain)
    expect([textOf(await first.get(a)), textOf(await second.get(a))]).toEqual(['3', '2'])
    const entries = await collect((await EntryLog.open(log)).read())
    expect(entries.map(asText)).toEqual(['put, /a <absent> 1', 'put, /a <absent> 2', 'put, /a 1 3'])
    await store.close()
    expect(await second.has(a)).toBe(true)
  })

  it('W4 a log with other content is CORRUPT', async () => {
    const log = memoryJournal()
    await log.append(bytesOf('hello'), true)
    await expectFailure(journal(new MemoryDatastore(), { log }), 'CORRUPT')
  })
})
