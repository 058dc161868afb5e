import { DatastoreError, messageOf, rejected } from '../../../../errors.ts'
import type { ServerPlace } from '../../../connect/tunnel.ts'
import { nameOf } from './address.ts'
import { type Argument, Connection, type Reply } from './connection.ts'
import { isRefusal, redisFailure } from './failures.ts'
import type { Access } from './open-server.ts'
import { type RedisServer, runScript, type Script } from './server.ts'

/** The number of hash slots of a cluster. */
const SLOTS = 16_384

type Recover = (error: unknown) => Promise<Reply>

/** One call in a cluster that may be changing. */
interface Routed {
  readonly slot: number
  readonly args: readonly Argument[]
  readonly recover: Recover
  readonly until: number
  readonly redirections: number
}

interface Master {
  readonly connection: Connection
  readonly place: ServerPlace
}

/** Redirections of one call after which the cluster counts as broken. */
const MAX_REDIRECTIONS = 16
/** Milliseconds before a call is retried whose keys are being moved to another master. */
const MOVING_WAIT = 20
/** Milliseconds between two reads of the slot table while a master is unreachable. */
const LOOK_WAIT = 200
const UNREACHABLE = 'Cannot use the cluster: none of its masters can be reached'

/** The masters of a cluster. The slot table is read from them, and read again when they report a change. */
export class ClusterServer implements RedisServer {
  readonly isCluster = true
  readonly #access: Access
  readonly #timeout: number
  /** Every master seen so far, by its name. */
  readonly #known = new Map<string, Master>()
  readonly #slots = new Array<Master | undefined>(SLOTS)
  #reading: Promise<void> | undefined
  #lastRead = 0
  #isClosed = false

  private constructor(access: Access) {
    this.#access = access
    this.#timeout = access.settingsFor(access.address).timeout
  }

  /** @param first A connection to one of the masters. */
  static async open(first: Connection, access: Access): Promise<ClusterServer> {
    const cluster = new ClusterServer(access)
    cluster.#setSlots(await first.send(['CLUSTER', 'SLOTS']), access.address)
    return cluster
  }

  get masters(): readonly Connection[] {
    return [...new Set(this.#slots)].flatMap(master => master?.connection ?? [])
  }

  send(key: Argument, args: readonly Argument[]): Promise<Reply> {
    return this.#route(slotOf(key), args, rejected)
  }

  run(script: Script, keys: readonly Argument[], args: readonly Argument[]): Promise<Reply> {
    const slot = slotOf(keys[0] as Argument)
    return runScript(script, keys, args, (command, recover) => this.#route(slot, command, recover))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#known.values()].map(({ connection }) => connection.close()))
  }

  #route(slot: number, args: readonly Argument[], recover: Recover): Promise<Reply> {
    return this.#send({ slot, args, recover, until: 0, redirections: 0 })
  }

  #send(call: Routed): Promise<Reply> {
    const master = this.#slots[call.slot]
    if (master === undefined) return this.#sendOnceKnown(call)
    return master.connection.send(call.args, error => this.#redirected(error, call, master))
  }

  async #sendOnceKnown(call: Routed): Promise<Reply> {
    if (call.redirections === 0) await this.#readSlots()
    if (this.#slots[call.slot] !== undefined) return this.#send({ ...call, redirections: 1 })
    const reason = `no master of the cluster has slot ${call.slot}`
    throw new DatastoreError('CONNECTION', { action: 'use the cluster', reason })
  }

  /** Handles a call that a master did not answer. */
  async #redirected(error: unknown, call: Routed, from: Master): Promise<Reply> {
    const { args, recover, redirections } = call
    if (error instanceof DatastoreError || isRefusal(error, 'CLUSTERDOWN')) {
      this.#readSlotsSoon()
      return recover(error)
    }
    if (redirections >= MAX_REDIRECTIONS) return recover(error)
    const next = { ...call, redirections: redirections + 1 }
    const [word, , target = ''] = messageOf(error).split(' ')
    if (word === 'MOVED') {
      // More slots may have moved. The slot table is read again in the background.
      this.#slots[call.slot] = this.#masterAt(placeOf(target, from.place))
      this.#readSlotsSoon()
      return this.#send(next)
    }
    if (word === 'ASK') {
      const master = this.#masterAt(placeOf(target, from.place))
      return master.connection.sendAfter(['ASKING'], args).catch((later: unknown) => {
        return isRefusal(later, 'NOSCRIPT') ? recover(later) : this.#redirected(later, next, master)
      })
    }
    if (word === 'TRYAGAIN') {
      const until = call.until === 0 ? Date.now() + this.#timeout : call.until
      if (Date.now() > until) return recover(error)
      await new Promise(done => setTimeout(done, MOVING_WAIT))
      return this.#send({ ...call, until })
    }
    return recover(error)
  }

  #readSlotsSoon(): void {
    if (this.#isClosed || Date.now() - this.#lastRead < LOOK_WAIT) return
    this.#readSlots().catch(() => undefined)
  }

  /** Reads the slot table from a reachable master. */
  #readSlots(): Promise<void> {
    this.#reading ??= this.#readFromAny().finally(() => {
      this.#lastRead = Date.now()
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readFromAny(): Promise<void> {
    let problem = new DatastoreError('CONNECTION', UNREACHABLE)
    for (const { connection, place } of this.#known.values()) {
      if (!connection.isUp) continue
      try {
        this.#setSlots(await connection.send(['CLUSTER', 'SLOTS']), place)
        return
      } catch (error) {
        problem = redisFailure('use the cluster', error)
      }
    }
    throw problem
  }

  /** @param asked The master that answered: an empty host means its own. */
  #setSlots(answer: Reply, asked: ServerPlace): void {
    this.#slots.fill(undefined)
    for (const range of answer as Reply[][]) {
      const [from, to, master] = range as [number, number, [Buffer | null, number]]
      const host = String(master[0] ?? '') || asked.host
      this.#slots.fill(this.#masterAt({ host, port: master[1] }), from, to + 1)
    }
  }

  #masterAt(place: ServerPlace): Master {
    const name = nameOf(place)
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const master = { connection: Connection.begin(this.#access.settingsFor(place)), place }
    this.#known.set(name, master)
    return master
  }
}

/** Parses `host:port`, where the host may be missing. */
function placeOf(target: string, from: ServerPlace): ServerPlace {
  const colon = target.lastIndexOf(':')
  const host = target.slice(0, colon) || from.host
  return { host, port: Number(target.slice(colon + 1)) }
}

const [OPEN, CLOSE] = [0x7b, 0x7d]

/** CRC-16 with the polynomial 1021, as in XMODEM. */
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 8
  for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)
  return sum & 0xffff
})

/**
 * The slot of a name: that of its first text in braces, if there is one that is not empty. Source: "Redis cluster
 * specification", "Hash tags".
 */
export function slotOf(text: Uint8Array | string): number {
  const name = typeof text === 'string' ? Buffer.from(text) : text
  const open = name.indexOf(OPEN)
  const close = open < 0 ? -1 : name.indexOf(CLOSE, open + 1)
  const [from, to] = close > open + 1 ? [open + 1, close] : [0, name.length]
  let sum = 0
  for (let index = from; index < to; index++) {
    sum = ((sum << 8) & 0xffff) ^ (TABLE[(sum >> 8) ^ (name[index] as number)] as number)
  }
  return sum % SLOTS
}
