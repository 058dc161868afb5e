import type { Document, Timestamp } from 'mongodb'
import { type MongoData, Refused } from './data.ts'

const BATCH = 101
/** Milliseconds for which a change stream waits, by default. */
const WAIT = 1000
const NOT_RESUMABLE = ['NonResumableChangeStreamError']

/** The parameters that limit the number of documents in one answer. */
interface Sized {
  readonly batchSize?: unknown
  readonly cursor?: { readonly batchSize?: unknown }
}

interface Cursor {
  readonly namespace: string
  next(
    size: number,
    wait: number,
  ): Promise<{ readonly documents: readonly Document[]; readonly isOver: boolean }>
  /** The position from which a change stream continues. */
  token?(): Document
}

/** Cursors: answers with more than one part, which any connection can request. */
export class Cursors {
  readonly #data: MongoData
  readonly #open = new Map<number, Cursor>()
  #last = 0

  constructor(data: MongoData) {
    this.#data = data
  }

  /** The first part of a result. */
  over(namespace: string, documents: readonly Document[], command: Document): Promise<Document> {
    let at = 0
    const next: Cursor['next'] = size => {
      const some = documents.slice(at, at + size)
      at += some.length
      return Promise.resolve({ documents: some, isOver: at >= documents.length })
    }
    return this.#page(++this.#last, { namespace, next }, 'firstBatch', command)
  }

  more(command: Document): Promise<Document> {
    const id = Number(command['getMore'])
    const cursor = this.#open.get(id)
    if (cursor === undefined)
      throw new Refused(43, `cursor id ${id} not found`, ['ResumableChangeStreamError'])
    return this.#page(id, cursor, 'nextBatch', command)
  }

  end(command: Document): Document {
    for (const id of command['cursors'] as readonly unknown[]) this.#open.delete(Number(id))
    return { ok: 1 }
  }

  /** Ends all of them, as a restart of a server does. */
  forget(): void {
    this.#open.clear()
  }

  /** The changes of a collection, with the fields that the pipeline requests. */
  async changes(namespace: string, command: Document): Promise<Document> {
    if (!this.#data.isReplicated) {
      throw new Refused(40_573, 'The $changeStream stage is only supported on replica sets')
    }
    const [{ $changeStream = {} } = {}, { $project } = {}] = command['pipeline'] as Document[]
    const options = $changeStream as Document
    const { log } = this.#data
    const token = (options['startAfter'] ?? options['resumeAfter']) as { readonly _data: string } | undefined
    const time = options['startAtOperationTime'] as Timestamp | undefined
    const first = time === undefined ? log.next : log.firstAt(time.i)
    let at = token === undefined ? first : Number.parseInt(token._data, 16)
    const names = $project === undefined ? undefined : new Set(['_id', ...Object.keys($project as Document)])
    const kept = () => {
      const found = log.from(at)
      if (found === undefined) throw new Refused(286, 'ChangeStreamHistoryLost', NOT_RESUMABLE)
      return found
    }
    kept()
    const next: Cursor['next'] = async (size, wait) => {
      const documents: Document[] = []
      for (const deadline = Date.now() + wait; ; ) {
        for (const logged of kept()) {
          if (documents.length === size) break
          at = logged.at + 1
          if (logged.namespace !== namespace) continue
          const shown: Document = { _id: tokenAt(at), ...logged.event }
          documents.push(
            Object.fromEntries(Object.entries(shown).filter(([name]) => names?.has(name) ?? true)),
          )
          if (logged.event['operationType'] === 'invalidate') return { documents, isOver: true }
        }
        const left = deadline - Date.now()
        if (documents.length > 0 || left <= 0) return { documents, isOver: false }
        await log.changed(left)
      }
    }
    return this.#page(++this.#last, { namespace, next, token: () => tokenAt(at) }, 'firstBatch', command)
  }

  async #page(
    id: number,
    cursor: Cursor,
    batch: 'firstBatch' | 'nextBatch',
    command: Document,
  ): Promise<Document> {
    const { batchSize, cursor: { batchSize: other = BATCH } = {} } = command as Sized
    const given = Number(batchSize ?? other)
    const wait = batch === 'firstBatch' ? 0 : Number((command['maxTimeMS'] as unknown) ?? WAIT)
    const { documents, isOver } = await cursor.next(given, wait)
    if (isOver) this.#open.delete(id)
    else this.#open.set(id, cursor)
    const token = cursor.token === undefined ? {} : { postBatchResumeToken: cursor.token() }
    const shown = { id: BigInt(isOver ? 0 : id), ns: cursor.namespace, [batch]: documents, ...token }
    return { ok: 1, cursor: shown }
  }
}

/** A stream that continues with the change of this number. */
function tokenAt(at: number): { readonly _data: string } {
  return { _data: at.toString(16).padStart(16, '0') }
}
