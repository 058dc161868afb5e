import { forEachBounded } from '../../../core/concurrency/for-each-bounded.ts'
import { isAborted, isNotFound } from '../../../core/errors.ts'
import { Key } from '../../../core/key.ts'
import type { Overview, ValueKind } from '../../../shared/procedures/overview.ts'
import { yieldWhileBusy } from '../search/yield-while-busy.ts'
import { BranchTally } from './branch-tally.ts'
import { everyKey, type ListedSession } from './every-key.ts'
import { KeySample, type SampledKey } from './key-sample.ts'
import { headReaderOf } from './value-heads.ts'
import { kindOfContent, kindOfName } from './value-kind.ts'

/** The known properties of one value. */
export interface Facts {
  readonly key: Key
  readonly size: number
  readonly mtime: number | undefined
  readonly kind: ValueKind | undefined
}

/** The parts of a session that are needed. */
export interface OverviewedSession extends ListedSession {
  /** Whether a call is waiting for rows. */
  readonly isBusy: boolean
}

/** What bounds the work of one round. */
export interface OverviewLimits {
  /** The maximum number of values whose sizes and times are read, and the milliseconds that this may take. */
  readonly measured: number
  readonly measuringTime: number
  /** The maximum number of values whose beginning is read, and the milliseconds that this may take. */
  readonly typed: number
  readonly typingTime: number
}

export const OVERVIEW_LIMITS: OverviewLimits = {
  measured: 40_000,
  measuringTime: 4_000,
  typed: 1_000,
  typingTime: 2_000,
}

/** Values that are read concurrently. */
const WIDTH = 8

/** The maximum number of branches that are listed for their number of keys, and as many for their bytes. */
const MAX_BRANCHES = 8

/** The maximum number of keys that are listed as changed last. */
export const MAX_CHANGED = 8

/** One survey of everything that a store holds, in bounded memory. */
export class OverviewRound {
  readonly #session: OverviewedSession
  readonly #limits: OverviewLimits
  /** What earlier rounds found out about values, by key. This round adds to it. */
  readonly #facts: Map<string, Facts>
  readonly #tops = new BranchTally(1)
  readonly #seconds = new BranchTally(2)
  readonly #sample: KeySample
  #sampled: readonly SampledKey[] = []
  #keys = 0
  #sizedKeys = 0
  #sizedBytes = 0
  #isCounted = false
  #areKindsRead = false

  constructor(session: OverviewedSession, facts: Map<string, Facts>, limits: OverviewLimits) {
    this.#session = session
    this.#facts = facts
    this.#limits = limits
    this.#sample = new KeySample(limits.measured)
  }

  get keys(): number {
    return this.#keys
  }

  /** @param onProgress Called after each batch of keys. */
  async count(signal: AbortSignal, onProgress: () => void): Promise<void> {
    for await (const batch of everyKey(this.#session, signal)) {
      for (const { key, size } of batch) {
        this.#keys++
        this.#tops.add(key, size)
        this.#seconds.add(key, size)
        this.#sample.add(key)
        if (size === undefined) continue
        this.#sizedKeys++
        this.#sizedBytes += size
      }
      onProgress()
      await yieldWhileBusy(() => this.#session.isBusy, signal)
      signal.throwIfAborted()
    }
    this.#sampled = this.#sample.take()
    this.#isCounted = true
  }

  /** Learns sizes and times of the sample. */
  async measure(signal: AbortSignal): Promise<void> {
    const { measuringTime } = this.#limits
    await this.#each(this.#sampled, measuringTime, signal, async ({ key }) => {
      if (this.#facts.has(key.toString())) return
      const facts = await factsOf(this.#session, key, signal)
      if (facts !== undefined) this.#facts.set(key.toString(), facts)
    })
    // Drops facts about values that are no longer in the sample.
    const names = new Set(this.#sampled.map(({ key }) => key.toString()))
    for (const name of this.#facts.keys()) if (!names.has(name)) this.#facts.delete(name)
  }

  /** Learns the kinds of some values of the sample: from their content if reading it fills no cache, else by name. */
  async type(signal: AbortSignal): Promise<void> {
    const { typed, typingTime } = this.#limits
    const read = headReaderOf(this.#session.stack.nodes)
    this.#areKindsRead = read !== undefined
    const known = this.#sampled.map(({ key }) => this.#facts.get(key.toString())).filter(isPresent)
    const untyped = (read === undefined ? known : known.slice(0, typed)).filter(
      ({ kind }) => kind === undefined,
    )
    await this.#each(untyped, typingTime, signal, async facts => {
      const { key, size } = facts
      const name = key.lastSegment
      const head = size === 0 ? new Uint8Array() : await read?.(key, signal).catch(unlessAborted(signal))
      if (read !== undefined && head === undefined) return
      const kind = head === undefined ? kindOfName(name, size) : kindOfContent(name, head, size)
      this.#facts.set(key.toString(), { ...facts, kind })
    })
  }

  /** What was found so far. */
  report(state: Overview['state']): Omit<Overview, 'version'> {
    const known = this.#sampled.map(({ key }) => this.#facts.get(key.toString())).filter(isPresent)
    const typed = known.filter(({ kind }) => kind !== undefined)
    const isSized = this.#sizedKeys === this.#keys
    const sampledBytes = known.reduce((sum, { size }) => sum + size, 0)
    const estimate = known.length === 0 ? undefined : (sampledBytes / known.length) * this.#keys
    const level = this.#level
    return {
      state,
      keys: this.#keys,
      isCounted: this.#isCounted,
      bytes: isSized ? this.#sizedBytes : estimate === undefined ? undefined : Math.round(estimate),
      areBytesExact: isSized || known.length === this.#keys,
      ...(this.#isCounted ? this.#branchesOf(level, known, isSized) : NO_BRANCHES),
      kinds: countKinds(typed),
      areKindsRead: this.#areKindsRead,
      changed: changedLast(known),
      hasTimes: known.length === 0 ? undefined : known.some(({ mtime }) => mtime !== undefined),
      measured: known.length,
      typed: typed.length,
    }
  }

  /** The level whose branches are listed. If the store has a single branch, this is the level below that branch. */
  get #level(): BranchTally {
    const isOnly = this.#tops.branches().length === 1 && this.#tops.looseKeys === 0
    return isOnly && this.#seconds.branches().length > 0 ? this.#seconds : this.#tops
  }

  #branchesOf(level: BranchTally, known: readonly Facts[], isSized: boolean) {
    const all = level.branches()
    const sampled = isSized ? undefined : sampledBytesOf(level, known)
    const sized = all.map(({ key, keys, bytes }) => {
      const part = sampled?.get(key.toString())
      const size = isSized ? bytes : part && Math.round((part.bytes / part.keys) * keys)
      return { key: key.toString(), keys, ...(size !== undefined && { bytes: size }) }
    })
    const byBytes = sized.toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0)).slice(0, MAX_BRANCHES)
    const byKeys = sized.slice(0, MAX_BRANCHES)
    const branches = [...byKeys, ...byBytes.filter(branch => !byKeys.includes(branch))]
    const [first] = all
    return {
      level: level === this.#seconds && first !== undefined ? first.key.parent.toString() : '/',
      branches,
      otherBranches: all.length - branches.length + level.droppedBranches,
      looseKeys: level.looseKeys,
    }
  }

  /** Calls `work` with each item, until the time is over. */
  async #each<T>(
    items: readonly T[],
    time: number,
    signal: AbortSignal,
    work: (item: T) => Promise<void>,
  ): Promise<void> {
    const end = performance.now() + time
    const isBusy = () => this.#session.isBusy
    await forEachBounded(
      until(items, () => performance.now() > end),
      WIDTH,
      async item => {
        signal.throwIfAborted()
        if (isBusy()) await yieldWhileBusy(isBusy, signal)
        await work(item)
      },
    )
  }
}

const NO_BRANCHES = { level: '/', branches: [], otherBranches: 0, looseKeys: 0 }

/** The facts of a value; `undefined` if there is no longer a value. */
export async function factsOf(
  { store }: Pick<OverviewedSession, 'store'>,
  key: Key,
  signal: AbortSignal,
): Promise<Facts | undefined> {
  try {
    const { size, mtime } = await store.stat(key, { signal })
    return { key, size, mtime, kind: undefined }
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** The values that were changed last, the last one first. */
export function changedLast(known: Iterable<Facts>): Overview['changed'] {
  const last: { key: Key; mtime: number; size: number }[] = []
  for (const { key, mtime, size } of known) {
    if (mtime === undefined) continue
    const oldest = last.at(-1)
    if (last.length === MAX_CHANGED && oldest !== undefined && mtime <= oldest.mtime) continue
    last.push({ key, mtime, size })
    last.sort((a, b) => b.mtime - a.mtime || Key.compare(a.key, b.key))
    last.length = Math.min(last.length, MAX_CHANGED)
  }
  return last.map(({ key, mtime, size }) => ({ key: key.toString(), mtime, size }))
}

function countKinds(typed: readonly Facts[]): Overview['kinds'] {
  const counts = new Map<ValueKind, number>()
  for (const { kind } of typed) if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, keys]) => ({ kind, keys })).sort((a, b) => b.keys - a.keys)
}

/** Bytes and number of the values of the sample in each branch. */
function sampledBytesOf(level: BranchTally, known: readonly Facts[]) {
  const parts = new Map<string, { keys: number; bytes: number }>()
  for (const { key, size } of known) {
    const name = level.nameOf(key)
    const part = parts.get(name)
    if (part === undefined) parts.set(name, { keys: 1, bytes: size })
    else {
      part.keys++
      part.bytes += size
    }
  }
  return parts
}

function* until<T>(items: readonly T[], isOver: () => boolean): Iterable<T> {
  for (const item of items) {
    if (isOver()) return
    yield item
  }
}

/** Ignores that one value cannot be read: it has no kind. */
function unlessAborted(signal: AbortSignal) {
  return (error: unknown): undefined => {
    if (signal.aborted || isAborted(error)) throw error
    return undefined
  }
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined
}
