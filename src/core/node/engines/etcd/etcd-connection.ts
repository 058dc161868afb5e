import type { Etcd3, IResponseHeader } from 'etcd3'
import { orAbort } from '../../../concurrency/abortable.ts'
import { DatastoreError } from '../../../errors.ts'
import { Backoff } from '../../connect/backoff.ts'
import { LostConnections } from '../../connect/lost-connections.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { accessTo, type EtcdAccess } from './etcd-client.ts'
import type { EtcdOptions } from './etcd-datastore.ts'
import { copyOf, etcdFailure } from './failures.ts'

interface Answer {
  readonly header: IResponseHeader
}

/**
 * The calls of one store. While no server is reachable, calls fail at once, but those that come during the first attempt
 * to connect again wait for it.
 */
export class EtcdConnection {
  readonly #access: EtcdAccess
  readonly #probeKey: Buffer
  readonly #status: LostConnections
  readonly #reached: (() => Promise<void>)[] = []
  #lost: DatastoreError | undefined
  #trying: Promise<void> | undefined
  #isClosed = false
  readonly #backoff = new Backoff()
  /** The latest revision that an answer named. */
  revision = 0

  private constructor(access: EtcdAccess, probe: Buffer, report: ServerContext['report']) {
    this.#access = access
    this.#probeKey = probe
    this.#status = new LostConnections(lost => report?.({ lost }))
  }

  /**
   * Connects to a server, and signs in.
   * @param probe A key that the user may read.
   * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
   */
  static async open(
    options: EtcdOptions,
    context: ServerContext,
    probe: Buffer,
  ): Promise<{ readonly connection: EtcdConnection; readonly header: IResponseHeader }> {
    const access = await accessTo(options, context)
    const connection = new EtcdConnection(access, probe, context.report)
    try {
      return { connection, header: await connection.#probe() }
    } catch (error) {
      connection.#isClosed = true
      await access.close()
      throw etcdFailure(`connect to ${access.name}`, error)
    }
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get client(): Etcd3 {
    return this.#access.client
  }

  /** Calls `listener` each time that a server is reached again, before other calls are made. */
  onReached(listener: () => Promise<void>): void {
    this.#reached.push(listener)
  }

  /** @throws DatastoreError Naming `action`. */
  call<T extends Answer>(
    action: string,
    work: (client: Etcd3) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (this.#isClosed)
      return Promise.reject(new DatastoreError('CLOSED', { action, reason: 'the store is closed' }))
    const lost = this.#lost
    if (lost === undefined) return orAbort(this.#run(action, work), signal, action)
    if (this.#trying === undefined) return Promise.reject(copyOf(lost, action))
    const waiting = this.#trying.then(() => {
      if (this.#lost !== undefined) throw copyOf(this.#lost, action)
      return this.#run(action, work)
    })
    return orAbort(waiting, signal, action)
  }

  async #run<T extends Answer>(action: string, work: (client: Etcd3) => Promise<T>): Promise<T> {
    try {
      return this.#noted(await work(this.#access.client))
    } catch (error) {
      const failed = etcdFailure(action, error)
      if (failed.code === 'CONNECTION') this.#lose(failed)
      throw failed
    }
  }

  #noted<T extends Answer>(answer: T): T {
    this.revision = Math.max(this.revision, Number(answer.header.revision))
    return answer
  }

  #lose(failed: DatastoreError): void {
    if (this.#lost !== undefined || this.#isClosed) return
    this.#lost = failed
    this.#status.add(this, copyOf(failed, `use ${this.#access.name}`).message)
    void this.#reconnect()
  }

  /** Tries until a server answers. Calls wait for the first attempt alone. */
  async #reconnect(): Promise<void> {
    this.#backoff.reset()
    this.#trying = this.#attempt()
    await this.#trying
    this.#trying = undefined
    while (this.#lost !== undefined && (await this.#backoff.pause())) await this.#attempt()
  }

  async #attempt(): Promise<void> {
    try {
      const { revision } = await this.#probe()
      // Lower than before: the server has lost its data.
      this.revision = Number(revision)
      for (const listener of this.#reached) await listener()
      this.#lost = undefined
      this.#status.remove(this)
    } catch (error) {
      const failed = etcdFailure(`connect to ${this.#access.name}`, error)
      if (this.#isClosed) return
      this.#lost = failed
      this.#status.add(this, failed.message)
    }
  }

  async #probe(): Promise<IResponseHeader> {
    const { header } = await this.#access.client.kv.range({ key: this.#probeKey, count_only: true })
    this.revision = Math.max(this.revision, Number(header.revision))
    return header
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#status.remove(this)
    this.#backoff.end()
    await this.#access.close()
  }
}
