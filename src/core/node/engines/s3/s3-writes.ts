import { collectUpTo } from '../../../bytes.ts'
import type { Key } from '../../../key.ts'
import type { Call } from '../../../open/call.ts'
import type { Payload } from '../../../open/payload.ts'
import { checkConditions } from '../../../open/refusals.ts'
import type { Moved, Refused, Removed, Written } from '../../../open/store.ts'
import type { S3Bucket, S3Condition, S3Head } from './bucket.ts'
import { copyObject } from './copy.ts'
import type { ObjectForm } from './object-form.ts'
import { quoted, type S3Conditions } from './probe.ts'
import { Spool, uploadOf } from './uploads.ts'

/** What a write may do: nothing, or write under a condition. */
type Checked =
  | { readonly refused: Refused }
  | {
      readonly refused?: undefined
      /** For the server; empty if it checks no conditions. */
      readonly condition: S3Condition
      /** What it means that the condition does not hold. `undefined`: the object has to be read again. */
      readonly meaning: Refused | undefined
    }

/** Puts an object. Gives its etag; `undefined` if the condition does not hold. */
type Put = (condition: S3Condition) => Promise<string | undefined>

/**
 * The writes of a store. The server checks conditions if it supports them; otherwise they are checked here before the write. The request that
 * changes something is not aborted, because its effect would be unknown.
 */
export class S3Writes {
  readonly #bucket: S3Bucket
  readonly #form: ObjectForm
  readonly #conditions: S3Conditions
  readonly #partSize: number

  constructor(bucket: S3Bucket, form: ObjectForm, conditions: S3Conditions, partSize: number) {
    this.#bucket = bucket
    this.#form = form
    this.#conditions = conditions
    this.#partSize = partSize
  }

  async put(name: string, key: Key, value: Payload, call: Call): Promise<Written> {
    const { signal } = call
    if (!value.isStream) return this.#putBytes(name, value.keep(), call)
    const collected = await collectUpTo(this.#partSize, value.take(), key, signal)
    if ('whole' in collected) return this.#putBytes(name, collected.whole, call)
    try {
      const refused = call.isConditional ? (await this.#check(name, call)).refused : undefined
      if (refused !== undefined) return { refused }
      const isSpooled = call.isConditional && this.#conditions.put && !this.#conditions.upload
      return isSpooled
        ? await this.#putSpooled(name, collected.source, call)
        : await this.#putInParts(name, collected.source, call)
    } finally {
      await collected.discard()
    }
  }

  #putBytes(name: string, bytes: Uint8Array, call: Call): Promise<Written> {
    const { metadata, etag } = this.#form.newVersion()
    return this.#written(name, etag, call, condition =>
      this.#bucket.put(name, bytes, { metadata, ...condition }, undefined),
    )
  }

  async #putInParts(name: string, source: AsyncIterable<Uint8Array>, call: Call): Promise<Written> {
    const { metadata, etag } = this.#form.newVersion()
    const upload = await uploadOf(source, this.#bucket, name, { metadata }, this.#partSize, call.signal)
    try {
      return await this.#written(name, etag, call, condition => upload.complete(condition))
    } finally {
      await upload.abort()
    }
  }

  async #putSpooled(name: string, source: AsyncIterable<Uint8Array>, call: Call): Promise<Written> {
    const { metadata, etag } = this.#form.newVersion()
    const spool = await Spool.of(source)
    try {
      return await this.#written(name, etag, call, condition =>
        this.#bucket.put(name, spool.read(), { metadata, ...condition }, undefined, spool.length),
      )
    } finally {
      await spool.remove()
    }
  }

  /** @param etag That of the store, or `undefined` for that of the server. */
  async #written(name: string, etag: string | undefined, call: Call, put: Put): Promise<Written> {
    for (;;) {
      const checked = await this.#check(name, call)
      if (checked.refused !== undefined) return checked
      call.throwIfAborted('put')
      const done = await put(checked.condition)
      if (done !== undefined) return { etag: etag ?? this.#form.etagOfText(done) }
      if (checked.meaning !== undefined) return { refused: checked.meaning }
    }
  }

  /** The condition of a put for the server, or why it does nothing. */
  async #check(name: string, call: Call): Promise<Checked> {
    if (!call.isConditional) return { condition: {}, meaning: undefined }
    const { create, replace, ifMatch } = call.options
    const isByServer = this.#conditions.put
    if (isByServer && !replace && ifMatch === undefined) {
      return { condition: { ifNoneMatch: '*' }, meaning: 'exists' }
    }
    if (isByServer && ifMatch !== undefined && create && replace && !this.#form.isVersioned) {
      const etag = this.#form.serverEtagOf(ifMatch)
      if (etag === undefined) return { refused: 'changed' }
      return { condition: { ifMatch: this.#formatted(etag) }, meaning: 'changed' }
    }
    const head = await this.#bucket.head(name, call.signal)
    const refused = checkConditions(head && this.#form.etagOf(head), call.options)
    if (refused !== undefined) return { refused }
    return { condition: isByServer ? this.#unchanged(head) : {}, meaning: undefined }
  }

  async remove(name: string, { options, signal }: Call): Promise<Removed> {
    for (;;) {
      // A delete of nothing succeeds, so check first.
      const head = await this.#bucket.head(name, signal)
      if (head === undefined) return 'absent'
      if (options.ifMatch !== undefined && options.ifMatch !== this.#form.etagOf(head)) return 'changed'
      const isByServer = this.#conditions.remove && options.ifMatch !== undefined
      const condition = isByServer ? { ifMatch: this.#formatted(head.etag) } : {}
      if (await this.#bucket.remove(name, condition)) return 'removed'
    }
  }

  /** A copy within the server, then a delete. */
  async move(from: string, to: string, call: Call): Promise<Moved> {
    const { replace } = call.options
    for (;;) {
      const head = await this.#bucket.head(from, call.signal)
      if (head === undefined) return 'absent'
      if (!replace && (await this.#bucket.head(to, call.signal)) !== undefined) return 'exists'
      call.throwIfAborted('rename')
      const { metadata } = this.#form.newVersion(head.metadata)
      const condition = !replace && this.#conditions.copy ? ({ ifNoneMatch: '*' } as const) : {}
      const source = { name: from, head, etag: this.#formatted(head.etag) }
      const putting = { metadata, contentType: head.contentType, ...condition }
      const copied = await copyObject(this.#bucket, source, to, putting, this.#conditions)
      if (copied === 'absent') return 'absent'
      if (copied === 'refused') continue
      const unchanged = this.#conditions.remove ? { ifMatch: this.#formatted(head.etag) } : {}
      // What was put there meanwhile is another value, and stays.
      await this.#bucket.remove(from, unchanged)
      return 'moved'
    }
  }

  #unchanged(head: S3Head | undefined): S3Condition {
    return head === undefined ? { ifNoneMatch: '*' } : { ifMatch: this.#formatted(head.etag) }
  }

  #formatted(etag: string): string {
    return this.#conditions.isQuoted ? quoted(etag) : etag
  }
}
