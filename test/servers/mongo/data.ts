import type { Document } from 'mongodb'
import { ChangeLog, timestampOf } from './change-log.ts'
import { place, type Stored } from './documents.ts'

/** The error that the server answers instead of a result. */
export class Refused extends Error {
  readonly code: number
  readonly labels: readonly string[]

  constructor(code: number, text: string, labels: readonly string[] = []) {
    super(text)
    this.code = code
    this.labels = labels
  }
}

/** The data that a command reads and writes: the data themselves, or the inside of a transaction. */
export interface View {
  of(namespace: string): readonly Stored[]
  /**
   * Requests to write a document. Returns a promise if another transaction must end first; then everything
   * must be read again. @throws Refused in a transaction, if the document was changed since it began.
   */
  claim(namespace: string, order: Buffer): Promise<void> | undefined
  /** @param document `undefined` removes it. */
  write(namespace: string, order: Buffer, document: Document | undefined, event: Document): void
}

interface Waiting {
  readonly namespace: string
  readonly order: Buffer
  readonly document: Document | undefined
  readonly event: Document
}

/** Collections by their names, with the time of change of each document, and the locks of transactions. */
export class MongoData implements View {
  readonly collections = new Map<string, Stored[]>()
  readonly log = new ChangeLog()
  readonly locks = new Map<string, Transaction>()
  /** Only a replica set keeps a log. */
  readonly isReplicated: boolean
  readonly #changed = new Map<string, number>()
  /** Counts changes. */
  time = 0

  constructor(isReplicated: boolean) {
    this.isReplicated = isReplicated
  }

  of(namespace: string): Stored[] {
    const known = this.collections.get(namespace)
    if (known !== undefined) return known
    const made: Stored[] = []
    this.collections.set(namespace, made)
    return made
  }

  claim(namespace: string, order: Buffer): Promise<void> | undefined {
    return this.locks.get(nameOf(namespace, order))?.ended
  }

  write(namespace: string, order: Buffer, document: Document | undefined, event: Document): void {
    this.time++
    this.apply({ namespace, order, document, event })
  }

  /** Makes a change at the present time. */
  apply({ namespace, order, document, event }: Waiting, session: Document = {}): void {
    place(this.of(namespace), order, document)
    this.#changed.set(nameOf(namespace, order), this.time)
    this.report(namespace, { ...event, ...session })
  }

  report(namespace: string, event: Document): void {
    if (!this.isReplicated) return
    this.log.add(namespace, this.time, { ...event, clusterTime: timestampOf(this.time) })
  }

  changedAt(name: string): number {
    return this.#changed.get(name) ?? 0
  }
}

/** The inside of a transaction: a snapshot, its own writes, and locks on written documents. */
export class Transaction implements View {
  readonly ended: Promise<void>
  isCommitted = false
  readonly #data: MongoData
  readonly #begun: number
  readonly #snapshot: Map<string, Stored[]>
  readonly #writes: Waiting[] = []
  readonly #locked: string[] = []
  #end: () => void = () => undefined

  constructor(data: MongoData) {
    this.#data = data
    this.#begun = data.time
    this.#snapshot = new Map([...data.collections].map(([name, all]) => [name, [...all]]))
    this.ended = new Promise(resolve => {
      this.#end = resolve
    })
  }

  of(namespace: string): Stored[] {
    const known = this.#snapshot.get(namespace) ?? []
    this.#snapshot.set(namespace, known)
    return known
  }

  claim(namespace: string, order: Buffer): undefined {
    const name = nameOf(namespace, order)
    const holder = this.#data.locks.get(name)
    if (holder === this) return
    if (holder !== undefined || this.#data.changedAt(name) > this.#begun) {
      throw new Refused(112, 'WriteConflict', ['TransientTransactionError'])
    }
    this.#data.locks.set(name, this)
    this.#locked.push(name)
  }

  write(namespace: string, order: Buffer, document: Document | undefined, event: Document): void {
    place(this.of(namespace), order, document)
    this.#writes.push({ namespace, order, document, event })
  }

  /** Makes all changes at the same time. */
  commit(session: Document): void {
    this.#data.time++
    for (const write of this.#writes) this.#data.apply(write, session)
    this.isCommitted = true
    this.abort()
  }

  abort(): void {
    for (const name of this.#locked.splice(0)) this.#data.locks.delete(name)
    this.#end()
  }
}

function nameOf(namespace: string, order: Buffer): string {
  return `${namespace}/${order.toString('latin1')}`
}
