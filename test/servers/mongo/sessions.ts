import type { Binary, Document } from 'mongodb'
import { type MongoData, Refused, Transaction, type View } from './data.ts'

interface Session {
  /** The number of the last transaction or retryable write, and its state. */
  number: number
  transaction: Transaction | undefined
  reply: Document | undefined
}

/** The answer for a missing transaction. */
const GONE = () => new Refused(251, 'NoSuchTransaction', ['TransientTransactionError'])

/** The sessions of a replica set: their transactions, and the answers to writes that a client may retry. */
export class Sessions {
  readonly #data: MongoData
  readonly #lifetime: number
  readonly #sessions = new Map<string, Session>()

  /** @param lifetime Milliseconds after which a transaction is aborted, because its client may be gone. */
  constructor(data: MongoData, lifetime: number) {
    this.#data = data
    this.#lifetime = lifetime
  }

  /** Runs a command in the transaction that it names, or only once if its client may retry it. */
  async within(command: Document, run: (view: View) => Promise<Document>): Promise<Document> {
    const number = command['txnNumber'] === undefined ? undefined : Number(command['txnNumber'])
    if (number === undefined) return run(this.#data)
    if (!this.#data.isReplicated) {
      throw new Refused(20, 'Transaction numbers are only allowed on a replica set member or mongos')
    }
    const session = this.#sessionOf(command)
    if (command['autocommit'] === undefined) {
      if (session.number === number && session.reply !== undefined) return session.reply
      const reply = await run(this.#data)
      Object.assign(session, { number, reply, transaction: undefined })
      return reply
    }
    if (command['startTransaction'] === true) this.#begin(session, number)
    const { transaction } = session
    if (session.number !== number || transaction === undefined) throw GONE()
    if ('commitTransaction' in command || 'abortTransaction' in command) {
      return this.#ended(transaction, session, command)
    }
    try {
      const reply = await run(transaction)
      if (reply['writeErrors'] !== undefined) this.#abort(session)
      return reply
    } catch (error) {
      this.#abort(session)
      throw error
    }
  }

  #begin(session: Session, number: number): void {
    this.#abort(session)
    const transaction = new Transaction(this.#data)
    Object.assign(session, { number, transaction, reply: undefined })
    const timer = setTimeout(() => {
      if (session.transaction === transaction) this.#abort(session)
    }, this.#lifetime)
    void transaction.ended.then(() => clearTimeout(timer))
  }

  /** A commit may be retried. */
  #ended(transaction: Transaction, session: Session, command: Document): Document {
    if ('abortTransaction' in command) this.#abort(session)
    else if (!transaction.isCommitted) {
      transaction.commit({ lsid: command['lsid'] as unknown, txnNumber: command['txnNumber'] as unknown })
    }
    return { ok: 1 }
  }

  #abort(session: Session): void {
    if (session.transaction === undefined || session.transaction.isCommitted) return
    session.transaction.abort()
    session.transaction = undefined
  }

  #sessionOf(command: Document): Session {
    const { id } = command['lsid'] as { readonly id: Binary }
    const name = id.toString('hex')
    const known = this.#sessions.get(name)
    if (known !== undefined) return known
    const made: Session = { number: 0, transaction: undefined, reply: undefined }
    this.#sessions.set(name, made)
    return made
  }
}
