import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compareNames } from '../../src/core/node/engines/s3/name-order.ts'

/** Differences from Amazon's server that some servers have. */
export interface S3DoubleOptions {
  /** The clock of the server. Default: that of the system. */
  readonly now?: (() => Date) | undefined
  /** Conditions of requests that change something have no effect. */
  readonly ignoresConditions?: boolean | undefined
  /** Requests that change something are refused. */
  readonly isReadOnly?: boolean | undefined
  /** The bucket keeps earlier versions. */
  readonly keepsVersions?: boolean | undefined
  /** The maximum number of entries in a listing, whatever was requested. */
  readonly mostEntries?: number | undefined
}

interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
  readonly time: Date
  readonly version: string
  readonly headers: Readonly<Record<string, string>>
}

interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | Buffer | undefined
}

/**
 * A double of S3 with one bucket, `bucket`, for features that the real server of the tests lacks. It accepts
 * every signature. It proves how the store uses the protocol, not how a server behaves.
 */
export class S3Double {
  readonly objects = new Map<string, StoredObject[]>()
  readonly uploads = new Map<string, Map<number, Buffer>>()
  /** The method and the query of each request. */
  readonly requests: string[] = []
  /**
   * Called before a request is answered: `drop` answers it by closing the connection, `lose` closes it after
   * the request took effect.
   */
  disturb: (method: string, url: URL) => 'drop' | 'lose' | 'busy' | undefined = () => undefined
  readonly #options: S3DoubleOptions
  readonly #server: Server
  /** Sorted names, computed again when their number changes. */
  #sorted: { readonly of: number; readonly names: readonly string[] } | undefined

  /** A port of the loopback interface. */
  #port = 0

  private constructor(options: S3DoubleOptions) {
    this.#options = options
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async start(options: S3DoubleOptions = {}): Promise<S3Double> {
    const double = new S3Double(options)
    await double.startAgain()
    return double
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Puts objects without the protocol. */
  fill(texts: Iterable<readonly [name: string, text: string]>): void {
    for (const [name, text] of texts) this.#put(name, Buffer.from(text), {})
  }

  /** The bytes of an object; `undefined` if there is none. */
  textOf(name: string): string | undefined {
    return this.objects.get(name)?.at(-1)?.bytes.toString()
  }

  /** Ends every connection, and accepts no more until `startAgain`. The objects stay. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** Accepts connections on the same port as before. */
  async startAgain(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET' } = request
    const url = new URL(request.url ?? '/', 'http://double')
    this.requests.push(`${method} ${url.search}`)
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      // The client has ended the request.
      return
    }
    const disturbance = this.disturb(method, url)
    if (disturbance === 'drop') return void request.socket.destroy()
    const reply =
      disturbance === 'busy'
        ? failed(503, 'SlowDown')
        : this.#answer(method, url, request.headers, Buffer.concat(chunks))
    if (disturbance === 'lose') return void request.socket.destroy()
    const body = reply.body ?? ''
    response.writeHead(reply.status, { 'content-length': Buffer.byteLength(body), ...reply.headers })
    response.end(method === 'HEAD' ? '' : body)
  }

  #answer(method: string, url: URL, headers: IncomingMessage['headers'], body: Buffer): Reply {
    const [, bucket, ...rest] = url.pathname.split('/')
    if (bucket !== 'bucket') return failed(404, 'NoSuchBucket')
    const name = rest.map(decodeURIComponent).join('/')
    const query = url.searchParams
    if (method !== 'GET' && method !== 'HEAD' && this.#options.isReadOnly === true)
      return failed(403, 'AccessDenied')
    if (rest.length === 0 || name === '') return this.#aboutBucket(method, query)
    if (query.has('uploads')) return this.#begin(name)
    if (query.has('uploadId')) return this.#aboutUpload(method, name, query, headers, body)
    if (method === 'PUT') return this.#put(name, this.#source(headers) ?? body, headers)
    if (method === 'DELETE') return this.#delete(name, headers)
    return this.#get(method, name, query, headers)
  }

  #get(method: string, name: string, query: URLSearchParams, headers: IncomingMessage['headers']): Reply {
    const all = this.objects.get(name) ?? []
    const version = query.get('versionId')
    const found = version === null ? all.at(-1) : all.find(one => one.version === version)
    if (found === undefined) return method === 'HEAD' ? { status: 404 } : failed(404, 'NoSuchKey')
    const about = {
      etag: `"${found.etag}"`,
      'last-modified': found.time.toUTCString(),
      ...found.headers,
    }
    const size = found.bytes.length
    if (method === 'HEAD') return { status: 200, headers: { ...about, 'content-length': String(size) } }
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
    if (start === undefined) return { status: 200, headers: about, body: found.bytes }
    if (Number(start) >= size) return failed(416, 'InvalidRange')
    const part = found.bytes.subarray(Number(start), end === '' ? size : Number(end) + 1)
    return { status: 206, headers: about, body: part }
  }

  #put(name: string, bytes: Buffer, headers: IncomingMessage['headers'], etag = md5(bytes)): Reply {
    if (!this.#holds(name, headers)) return failed(412, 'PreconditionFailed')
    const kept = Object.fromEntries(
      Object.entries(headers).filter(
        ([header]) => header.startsWith('x-amz-meta-') || header === 'content-type',
      ),
    ) as Record<string, string>
    const stored = {
      bytes,
      etag,
      time: this.#options.now?.() ?? new Date(),
      version: randomUUID(),
      headers: kept,
    }
    if (!this.objects.has(name)) this.#sorted = undefined
    const before = this.#options.keepsVersions === true ? (this.objects.get(name) ?? []) : []
    this.objects.set(name, [...before, stored])
    const copied = headers['x-amz-copy-source'] !== undefined
    const body = copied ? xml('CopyObjectResult', `<ETag>"${etag}"</ETag>`) : undefined
    return { status: 200, headers: { etag: `"${etag}"` }, body }
  }

  #source({ 'x-amz-copy-source': source }: IncomingMessage['headers']): Buffer | undefined {
    if (typeof source !== 'string') return undefined
    const name = decodeURIComponent(source.replace(/^\/?bucket\//, ''))
    return this.objects.get(name)?.at(-1)?.bytes
  }

  #delete(name: string, headers: IncomingMessage['headers']): Reply {
    if (!this.#holds(name, headers)) return failed(412, 'PreconditionFailed')
    this.objects.delete(name)
    this.#sorted = undefined
    return { status: 204 }
  }

  #holds(name: string, headers: IncomingMessage['headers']): boolean {
    if (this.#options.ignoresConditions === true) return true
    const there = this.objects.get(name)?.at(-1)
    if (headers['if-none-match'] === '*' && there !== undefined) return false
    const { 'if-match': ifMatch } = headers
    return ifMatch === undefined || ifMatch === `"${there?.etag}"`
  }

  #begin(name: string): Reply {
    const id = randomUUID()
    this.uploads.set(id, new Map())
    return {
      status: 200,
      body: xml('InitiateMultipartUploadResult', `<Key>${escaped(name)}</Key><UploadId>${id}</UploadId>`),
    }
  }

  #aboutUpload(
    method: string,
    name: string,
    query: URLSearchParams,
    headers: IncomingMessage['headers'],
    body: Buffer,
  ): Reply {
    const id = query.get('uploadId') ?? ''
    const parts = this.uploads.get(id)
    if (parts === undefined) return failed(404, 'NoSuchUpload')
    if (method === 'PUT') {
      parts.set(Number(query.get('partNumber')), body)
      return { status: 200, headers: { etag: `"${md5(body)}"` } }
    }
    if (method === 'DELETE') {
      this.uploads.delete(id)
      return { status: 204 }
    }
    const bytes = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part))
    const put = this.#put(name, bytes, headers, `${md5(bytes)}-${parts.size}`)
    if (put.status !== 200) return put
    this.uploads.delete(id)
    return {
      ...put,
      body: xml('CompleteMultipartUploadResult', `<ETag>${put.headers?.['etag'] ?? ''}</ETag>`),
    }
  }

  #aboutBucket(method: string, query: URLSearchParams): Reply {
    if (method === 'HEAD') return { status: 200 }
    if (query.has('versioning')) {
      const status = this.#options.keepsVersions === true ? '<Status>Enabled</Status>' : ''
      return { status: 200, body: xml('VersioningConfiguration', status) }
    }
    return { status: 200, body: query.has('versions') ? this.#versions(query) : this.#list(query) }
  }

  #list(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? ''
    const delimiter = query.get('delimiter') ?? undefined
    const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
    const maxKeys = Number(query.get('max-keys') ?? 1000)
    const most = Math.min(maxKeys, this.#options.mostEntries ?? 1000)
    const entries = new Map<string, StoredObject | undefined>()
    for (const name of this.#sortedNames()) {
      if (!name.startsWith(prefix)) continue
      if (entries.size > most) break
      const divided = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length)
      const entry = divided < 0 ? name : name.slice(0, divided + 1)
      if (compareNames(name, after) <= 0 || entry === after) continue
      entries.set(entry, divided < 0 ? this.objects.get(name)?.at(-1) : undefined)
    }
    const page = [...entries].slice(0, most)
    const shown = page.map(([name, object]) =>
      object === undefined
        ? `<CommonPrefixes><Prefix>${encodeURIComponent(name)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${encodeURIComponent(name)}</Key><Size>${object.bytes.length}</Size>` +
          `<LastModified>${object.time.toISOString()}</LastModified></Contents>`,
    )
    const more = entries.size > page.length
    const token = more
      ? `<NextContinuationToken>${escaped(page.at(-1)?.[0] ?? '')}</NextContinuationToken>`
      : ''
    const rest = `<EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${token}`
    return xml('ListBucketResult', rest + shown.join(''))
  }

  #sortedNames(): readonly string[] {
    if (this.#sorted?.of !== this.objects.size) {
      this.#sorted = { of: this.objects.size, names: [...this.objects.keys()].sort(compareNames) }
    }
    return this.#sorted.names
  }

  /** The newest first, two of them a page. */
  #versions(query: URLSearchParams): string {
    const name = query.get('prefix') ?? ''
    const all = (this.objects.get(name) ?? []).toReversed()
    const from = all.findIndex(({ version }) => version === query.get('version-id-marker')) + 1
    const page = all.slice(from, from + 2)
    const shown = page.map(
      ({ version, time, bytes, etag }, index) =>
        `<Version><Key>${escaped(name)}</Key><VersionId>${version}</VersionId><ETag>"${etag}"</ETag>` +
        `<IsLatest>${from + index === 0}</IsLatest><Size>${bytes.length}</Size>` +
        `<LastModified>${time.toISOString()}</LastModified></Version>`,
    )
    const more = from + page.length < all.length
    const next = more
      ? `<NextKeyMarker>${escaped(name)}</NextKeyMarker><NextVersionIdMarker>${page.at(-1)?.version ?? ''}</NextVersionIdMarker>`
      : ''
    return xml('ListVersionsResult', `<IsTruncated>${more}</IsTruncated>${next}${shown.join('')}`)
  }
}

function failed(status: number, code: string): Reply {
  return { status, body: xml('Error', `<Code>${code}</Code><Message>${code}</Message>`) }
}

function xml(name: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${name}>${content}</${name}>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}
