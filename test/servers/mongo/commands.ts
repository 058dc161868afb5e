import type { Document } from 'mongodb'
import { timestampOf } from './change-log.ts'
import { Cursors } from './cursors.ts'
import { type MongoData, Refused, type View } from './data.ts'
import { changed, documentAt, firstOf, found, isSame, orderOf } from './documents.ts'
import { Sessions } from './sessions.ts'

const MAX_BYTES = 16 * 1024 * 1024
const SET = 'rs'
const DUPLICATE = 11_000

export interface CommandsOptions {
  readonly data: MongoData
  /** `host:port`, as a member of a replica set names itself. */
  readonly address: () => string
  /** Milliseconds after which a transaction is aborted. */
  readonly lifetime: number
  /** Called with the name of each command that reads or writes. */
  readonly ran: (name: string) => void
}

/** The commands of a server, all connections together. */
export class Commands {
  readonly cursors: Cursors
  readonly #options: CommandsOptions
  readonly #data: MongoData
  readonly #sessions: Sessions

  constructor(options: CommandsOptions) {
    this.#options = options
    this.#data = options.data
    this.cursors = new Cursors(options.data)
    this.#sessions = new Sessions(options.data, options.lifetime)
  }

  async run(command: Document): Promise<Document> {
    const [name = ''] = Object.keys(command)
    this.#options.ran(name)
    const reply = await this.#sessions
      .within(command, view => this.#run(name, command, view))
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error
        return { ok: 0, code: error.code, errmsg: error.message, errorLabels: error.labels }
      })
    if (!this.#data.isReplicated) return reply
    return { ...reply, operationTime: timestampOf(this.#data.time) }
  }

  async #run(name: string, command: Document, view: View): Promise<Document> {
    const database = String(command['$db'] ?? 'admin')
    const namespace = `${database}.${String(command[name])}`
    switch (name) {
      case 'hello':
      case 'ismaster':
      case 'isMaster':
        return this.#hello()
      case 'buildInfo':
        return { ok: 1, version: '7.0.0-double' }
      case 'ping':
      case 'endSessions':
      case 'createIndexes':
        return { ok: 1 }
      case 'drop':
        return this.#drop(namespace)
      case 'listCollections': {
        const names = [...this.#data.collections.keys()].filter(one => one.startsWith(`${database}.`))
        const listed = names.map(one => ({ name: one.slice(database.length + 1), type: 'collection' }))
        return this.cursors.over(`${database}.$cmd`, listed, command)
      }
      case 'insert':
        return each(command, 'documents', one => insert(view, namespace, one))
      case 'update':
        return each(command, 'updates', one => update(view, namespace, one))
      case 'delete':
        return each(command, 'deletes', one => remove(view, namespace, one))
      case 'find':
        return this.#find(view, namespace, command)
      case 'count':
        return { ok: 1, n: [...found(view.of(namespace), (command['query'] ?? {}) as Document)].length }
      case 'aggregate':
        return this.#aggregate(view, namespace, command)
      case 'getMore':
        return this.cursors.more(command)
      case 'killCursors':
        return this.cursors.end(command)
      default:
        throw new Refused(59, `no such command: '${name}'`)
    }
  }

  #hello(): Document {
    const me = this.#options.address()
    return {
      ok: 1,
      isWritablePrimary: true,
      ismaster: true,
      helloOk: true,
      minWireVersion: 0,
      maxWireVersion: 21,
      maxBsonObjectSize: MAX_BYTES,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      ...(this.#data.isReplicated && {
        setName: SET,
        hosts: [me],
        me,
        primary: me,
        secondary: false,
        logicalSessionTimeoutMinutes: 30,
      }),
    }
  }

  #drop(namespace: string): Document {
    if (!this.#data.collections.delete(namespace)) return { ok: 1 }
    this.#data.time++
    for (const operationType of ['drop', 'invalidate']) this.#data.report(namespace, { operationType })
    return { ok: 1 }
  }

  #find(view: View, namespace: string, command: Document): Promise<Document> {
    const filter = (command['filter'] ?? {}) as Document
    const isDescending = Number((command['sort'] as Document | undefined)?.['_id'] ?? 0) < 0
    const limit = Math.abs(Number(command['limit'] ?? 0)) || Infinity
    const documents: Document[] = []
    for (const { document } of found(view.of(namespace), filter, isDescending)) {
      documents.push(document)
      if (documents.length === limit) break
    }
    const projection = command['projection'] as Document | undefined
    const names = projection && new Set(['_id', ...Object.keys(projection)])
    const shown = documents.map(one =>
      names === undefined
        ? one
        : Object.fromEntries(Object.entries(one).filter(([field]) => names.has(field))),
    )
    return this.cursors.over(namespace, shown, command)
  }

  #aggregate(view: View, namespace: string, command: Document): Promise<Document> {
    const [first = {}] = command['pipeline'] as Document[]
    if (first['$changeStream'] !== undefined) return this.cursors.changes(namespace, command)
    const n = [...found(view.of(namespace), (first['$match'] ?? {}) as Document)].length
    return this.cursors.over(namespace, n === 0 ? [] : [{ n }], command)
  }
}

/** The result of one statement, or why it was refused. */
type Done = Document | { readonly code: number; readonly errmsg: string }

/** Runs the statements of a write. A refused one ends an ordered write. */
async function each(
  command: Document,
  field: string,
  run: (statement: Document) => Promise<Done>,
): Promise<Document> {
  const totals = { n: 0, nModified: 0 }
  const writeErrors: Document[] = []
  const upserted: Document[] = []
  for (const [index, statement] of (command[field] as Document[]).entries()) {
    const done = await run(statement)
    if ('code' in done) {
      writeErrors.push({ index, ...done })
      if (command['ordered'] !== false) break
      continue
    }
    totals.n += Number(done['n'])
    totals.nModified += Number(done['nModified'] ?? 0)
    if ('_id' in done) upserted.push({ index, _id: done['_id'] as unknown })
  }
  return {
    ok: 1,
    ...totals,
    ...(upserted.length > 0 && { upserted }),
    ...(writeErrors.length > 0 && { writeErrors }),
  }
}

async function insert(view: View, namespace: string, document: Document): Promise<Done> {
  const order = orderOf(document['_id'])
  for (;;) {
    if (documentAt(view.of(namespace), order) !== undefined) return duplicate(order)
    const ended = view.claim(namespace, order)
    if (ended !== undefined) {
      await ended
      continue
    }
    view.write(namespace, order, document, eventOf('insert', document))
    return { n: 1 }
  }
}

async function update(view: View, namespace: string, { q, u, upsert }: Document): Promise<Done> {
  for (;;) {
    const one = firstOf(view.of(namespace), q as Document)
    if (one === undefined) {
      if (!Boolean(upsert)) return { n: 0 }
      const { _id } = q as { readonly _id: unknown }
      const done = await insert(view, namespace, changed({ _id }, u as Document))
      return 'code' in done ? done : { n: 1, _id }
    }
    const ended = view.claim(namespace, one.order)
    if (ended !== undefined) {
      await ended
      continue
    }
    const next = changed(one.document, u as Document)
    // The server does not write a document that is unchanged.
    if (isSame(next, one.document)) return { n: 1, nModified: 0 }
    const isWhole = !Object.keys(u as Document).some(field => field.startsWith('$'))
    const described = {
      updatedFields: ((u as Document)['$set'] ?? {}) as Document,
      removedFields: Object.keys(((u as Document)['$unset'] ?? {}) as Document),
    }
    const event = isWhole
      ? eventOf('replace', next)
      : { ...eventOf('update', next), updateDescription: described }
    view.write(namespace, one.order, next, event)
    return { n: 1, nModified: 1 }
  }
}

async function remove(view: View, namespace: string, { q }: Document): Promise<Done> {
  for (;;) {
    const one = firstOf(view.of(namespace), q as Document)
    if (one === undefined) return { n: 0 }
    const ended = view.claim(namespace, one.order)
    if (ended === undefined) {
      view.write(namespace, one.order, undefined, eventOf('delete', one.document))
      return { n: 1 }
    }
    await ended
  }
}

function eventOf(operationType: string, document: Document): Document {
  return { operationType, documentKey: { _id: document['_id'] as unknown } }
}

function duplicate(order: Buffer): Done {
  return { code: DUPLICATE, errmsg: `E11000 duplicate key error: ${order.toString()}` }
}
