import { DatastoreError, messageOf, rejected } from '../../../errors.ts'
import type { ServerPlace } from '../../connect/tunnel.ts'
import { nameOf } from './address.ts'
import { type Argument, Connection, type Reply } from './connection.ts'
import { isRefusal, redisFailure } from './failures.ts'
import type { Access } from './open-server.ts'
import { type RedisServer, runScript, type Script } from './server.ts'
import { SLOTS, slotOf } from './slots.ts'

type Recover = (error: unknown) => Promise<Reply>

/** One call on its way through a cluster that may be changing. */
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

/** Redirections of one call, after which the cluster is taken for broken. */
const MOST_REDIRECTIONS = 16
/** Milliseconds until a call is made again whose keys are being moved to another master. */
const MOVING_WAIT = 20
/** Milliseconds between two looks at which master has which slots, while one of them is gone. */
const LOOK_WAIT = 200
const NOBODY = 'Cannot use the cluster: none of its masters can be reached'

/** The masters of a cluster. Which has a slot is learnt from them, and again when they say that it has changed. */
export class ClusterServer implements RedisServer {
  readonly isCluster = true
  readonly #access: Access
  readonly #timeout: number
  /** Every master that was ever met, by its name. */
  readonly #met = new Map<string, Master>()
  readonly #slots = new Array<Master | undefined>(SLOTS)
  #looking: Promise<void> | undefined
  #lastLook = 0
  #isClosed = false

  private constructor(access: Access) {
    this.#access = access
    this.#timeout = access.settingsFor(access.address).timeout
  }

  /** @param first A connection to one of the masters. */
  static async open(first: Connection, access: Access): Promise<ClusterServer> {
    const cluster = new ClusterServer(access)
    cluster.#learn(await first.send(['CLUSTER', 'SLOTS']), access.address)
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
    await Promise.all([...this.#met.values()].map(({ connection }) => connection.close()))
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
    if (call.redirections === 0) await this.#look()
    if (this.#slots[call.slot] !== undefined) return this.#send({ ...call, redirections: 1 })
    const reason = `no master of the cluster has slot ${call.slot}`
    throw new DatastoreError('CONNECTION', { action: 'use the cluster', reason })
  }

  /** What becomes of a call that a master does not answer. */
  async #redirected(error: unknown, call: Routed, from: Master): Promise<Reply> {
    const { args, recover, redirections } = call
    if (error instanceof DatastoreError || isRefusal(error, 'CLUSTERDOWN')) {
      this.#lookSoon()
      return recover(error)
    }
    if (redirections >= MOST_REDIRECTIONS) return recover(error)
    const next = { ...call, redirections: redirections + 1 }
    const [word, , target = ''] = messageOf(error).split(' ')
    if (word === 'MOVED') {
      // The rest of the slots has moved too, perhaps: that is learnt beside.
      this.#slots[call.slot] = this.#meet(placeOf(target, from.place))
      this.#lookSoon()
      return this.#send(next)
    }
    if (word === 'ASK') {
      const master = this.#meet(placeOf(target, from.place))
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

  #lookSoon(): void {
    if (this.#isClosed || Date.now() - this.#lastLook < LOOK_WAIT) return
    this.#look().catch(() => undefined)
  }

  /** Asks a master that is there which has which slots. */
  #look(): Promise<void> {
    this.#looking ??= this.#askAny().finally(() => {
      this.#lastLook = Date.now()
      this.#looking = undefined
    })
    return this.#looking
  }

  async #askAny(): Promise<void> {
    let problem = new DatastoreError('CONNECTION', NOBODY)
    for (const { connection, place } of this.#met.values()) {
      if (!connection.isUp) continue
      try {
        this.#learn(await connection.send(['CLUSTER', 'SLOTS']), place)
        return
      } catch (error) {
        problem = redisFailure('use the cluster', error)
      }
    }
    throw problem
  }

  /** @param asked The master that said it: an empty host means its own. */
  #learn(answer: Reply, asked: ServerPlace): void {
    this.#slots.fill(undefined)
    for (const range of answer as Reply[][]) {
      const [from, to, master] = range as [number, number, [Buffer | null, number]]
      const host = String(master[0] ?? '') || asked.host
      this.#slots.fill(this.#meet({ host, port: master[1] }), from, to + 1)
    }
  }

  #meet(place: ServerPlace): Master {
    const name = nameOf(place)
    const known = this.#met.get(name)
    if (known !== undefined) return known
    const master = { connection: Connection.begin(this.#access.settingsFor(place)), place }
    this.#met.set(name, master)
    return master
  }
}

/** `host:port`, where the host may be left out. */
function placeOf(target: string, from: ServerPlace): ServerPlace {
  const colon = target.lastIndexOf(':')
  const host = target.slice(0, colon) || from.host
  return { host, port: Number(target.slice(colon + 1)) }
}
