import type { Readable } from 'node:stream'
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import { onAbort } from '../../../concurrency/abortable.ts'
import { AbortError, type DatastoreError, failure } from '../../../errors.ts'
import type { Access } from './access.ts'
import { isAbsent, isRefused, s3Failure, statusOf } from './failures.ts'

/** An object without its bytes. */
export interface S3Head {
  /** As the server reports it, without quotes. */
  readonly etag: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly mtime: number | undefined
  /** Text that was put with the object, by names in lower case. */
  readonly metadata: Readonly<Record<string, string>>
  readonly contentType: string | undefined
}

/** An object whose bytes are on their way. `body` has to be read or destroyed. */
export interface S3Object extends S3Head {
  readonly body: Readable
}

/** A condition of a write: nothing is there, or exactly what has this etag, written as the server wants it. */
export interface S3Condition {
  readonly ifNoneMatch?: '*' | undefined
  readonly ifMatch?: string | undefined
}

/** One entry of a listing. A prefix stands for all names that begin with it. */
export interface S3Listed {
  readonly name: string
  readonly isPrefix: boolean
  readonly size?: number | undefined
  readonly mtime?: number | undefined
}

export interface S3Page {
  /** In the order of the server. */
  readonly objects: readonly S3Listed[]
  readonly prefixes: readonly S3Listed[]
  /** Continues the listing; absent at its end. */
  readonly token: string | undefined
}

export interface S3ListRequest {
  readonly prefix: string
  readonly delimiter?: string | undefined
  readonly startAfter?: string | undefined
  /** At most 1,000. */
  readonly limit: number
  readonly token?: string | undefined
}

/** What is stored with the bytes of an object. */
export interface S3Putting extends S3Condition {
  readonly metadata: Readonly<Record<string, string>>
  readonly contentType?: string | undefined
}

/** Whether an object was copied; `refused`: a condition does not hold. */
export type Copied = 'copied' | 'refused' | 'absent'

/** Makes one request. */
export type Make<Output> = (
  client: S3Client,
  options: { readonly abortSignal: AbortSignal },
) => Promise<Output>

/** What an error means as an answer; `undefined` for a failure. */
type Meaning<T> = { readonly is: T } | undefined

const LATE = Symbol('late')

/**
 * The requests about the objects of one bucket. Absent objects and refused conditions are answers. Every request ends
 * within the time limit; the bytes of an object may take longer as long as some arrive.
 */
export class S3Bucket {
  readonly name: string
  readonly access: Access
  /** Called with each failure. */
  readonly #failed: (failure: DatastoreError) => void

  constructor(access: Access, failed: (failure: DatastoreError) => void = () => undefined) {
    this.access = access
    this.name = access.address.bucket
    this.#failed = failed
  }

  /** @param range `bytes=0-9`. @returns `empty` for a range behind the end. */
  async get(
    key: string,
    range: string | undefined,
    signal: AbortSignal | undefined,
    versionId?: string,
  ): Promise<S3Object | 'empty' | undefined> {
    const { GetObjectCommand } = this.access.s3
    const input = { Bucket: this.name, Key: key, Range: range, VersionId: versionId }
    return this.sent('read', signal, (client, options) => client.send(new GetObjectCommand(input), options), {
      meaning: error =>
        statusOf(error) === 416 ? { is: 'empty' as const } : isAbsent(error) ? { is: undefined } : undefined,
      answer: answer => ({ ...headOf(answer), body: answer.Body as Readable }),
    })
  }

  async head(key: string, signal: AbortSignal | undefined): Promise<S3Head | undefined> {
    const { HeadObjectCommand } = this.access.s3
    const input = { Bucket: this.name, Key: key }
    return this.sent(
      'look up',
      signal,
      (client, options) => client.send(new HeadObjectCommand(input), options),
      {
        meaning: error => (isAbsent(error) ? { is: undefined } : undefined),
        answer: headOf,
      },
    )
  }

  /** @returns The etag; `undefined` if the condition does not hold. @param length Bytes of a stream. */
  async put(
    key: string,
    body: Uint8Array | NodeJS.ReadableStream,
    putting: S3Putting,
    signal: AbortSignal | undefined,
    length?: number,
  ): Promise<string | undefined> {
    const { PutObjectCommand } = this.access.s3
    const input = {
      Bucket: this.name,
      Key: key,
      Body: body as Uint8Array,
      ContentLength: length,
      ...puttingInput(putting),
    }
    return this.sent('put', signal, (client, options) => client.send(new PutObjectCommand(input), options), {
      isOnce: isConditional(putting) || length !== undefined,
      isLong: length !== undefined,
      meaning: error => (isRefusal(error, putting) ? { is: undefined } : undefined),
      answer: ({ ETag }) => plain(ETag),
    })
  }

  /** @returns Whether the condition holds. */
  async remove(key: string, condition: S3Condition, signal?: AbortSignal): Promise<boolean> {
    const { DeleteObjectCommand } = this.access.s3
    const input = { Bucket: this.name, Key: key, IfMatch: condition.ifMatch }
    return this.sent(
      'delete',
      signal,
      (client, options) => client.send(new DeleteObjectCommand(input), options),
      {
        isOnce: isConditional(condition),
        meaning: error => (isRefusal(error, condition) ? { is: false } : undefined),
        answer: () => true,
      },
    )
  }

  /** Copies an object within the server, if it still has this etag. */
  async copy(
    from: string,
    ifMatch: string,
    to: string,
    putting: S3Putting,
    signal: AbortSignal | undefined,
  ): Promise<Copied> {
    const { CopyObjectCommand } = this.access.s3
    const input = {
      Bucket: this.name,
      Key: to,
      CopySource: `${this.name}/${encodedPath(from)}`,
      CopySourceIfMatch: ifMatch,
      MetadataDirective: 'REPLACE' as const,
      ...puttingInput(putting),
    }
    return this.sent(
      'copy',
      signal,
      (client, options) => client.send(new CopyObjectCommand(input), options),
      {
        isOnce: true,
        isLong: true,
        meaning: (error): Meaning<Copied> =>
          isAbsent(error) ? { is: 'absent' } : isRefusal(error, { ifMatch }) ? { is: 'refused' } : undefined,
        answer: () => 'copied' as const,
      },
    )
  }

  async list(
    { prefix, delimiter, startAfter, limit, token }: S3ListRequest,
    signal: AbortSignal | undefined,
  ): Promise<S3Page> {
    const { ListObjectsV2Command } = this.access.s3
    const input = {
      Bucket: this.name,
      Prefix: prefix,
      Delimiter: delimiter,
      StartAfter: token === undefined ? startAfter : undefined,
      MaxKeys: limit,
      ContinuationToken: token,
      EncodingType: 'url' as const,
    }
    return this.sent(
      'list',
      signal,
      (client, options) => client.send(new ListObjectsV2Command(input), options),
      {
        meaning: () => undefined,
        answer: ({
          Contents = [],
          CommonPrefixes = [],
          NextContinuationToken,
          IsTruncated,
          EncodingType,
        }) => {
          const nameOf = EncodingType === 'url' ? decodedName : (text: string) => text
          return {
            objects: Contents.map(({ Key = '', Size, LastModified }) => ({
              name: nameOf(Key),
              isPrefix: false,
              size: Size,
              mtime: LastModified?.getTime(),
            })),
            prefixes: CommonPrefixes.map(({ Prefix = '' }) => ({ name: nameOf(Prefix), isPrefix: true })),
            token: IsTruncated === true ? NextContinuationToken : undefined,
          }
        },
      },
    )
  }

  /**
   * Makes a request within the time limit.
   * @param how `meaning`: an answer for an error, or the error itself. `isOnce`: never made again. `isLong`: has no time
   * limit as a whole, because its bytes may take longer.
   */
  async sent<Output, Answer, Other = never>(
    action: string,
    signal: AbortSignal | undefined,
    make: Make<Output>,
    how: {
      readonly isOnce?: boolean
      readonly isLong?: boolean
      readonly meaning: (error: unknown) => Meaning<Other>
      readonly answer: (output: Output) => Answer
    },
  ): Promise<Answer | Other> {
    const { client, onceClient, timeout } = this.access
    const controller = new AbortController()
    const timer = how.isLong === true ? undefined : setTimeout(() => controller.abort(LATE), timeout)
    const settle =
      signal === undefined || signal.aborted ? undefined : onAbort(signal, () => controller.abort())
    if (signal?.aborted === true) controller.abort()
    const chosen = how.isOnce === true ? onceClient : client
    try {
      return how.answer(await make(chosen, { abortSignal: controller.signal }))
    } catch (error) {
      const meaning = how.meaning(error)
      if (meaning !== undefined) return meaning.is
      if (signal?.aborted === true) throw new AbortError(action, { cause: signal.reason })
      const isLate = controller.signal.reason === LATE
      const failed = isLate
        ? failure('TIMEOUT', action, undefined, `the server did not answer within ${timeout} ms`)
        : s3Failure(action, error)
      this.#failed(failed)
      throw failed
    } finally {
      clearTimeout(timer)
      settle?.()
    }
  }

  /** Describes a failure while the bytes of an object were read. */
  cut(action: string, error: unknown): DatastoreError {
    const failed = s3Failure(action, error)
    this.#failed(failed)
    return failed
  }
}

function headOf({
  ETag,
  ContentLength = 0,
  LastModified,
  Metadata = {},
  ContentType,
}: Pick<
  GetObjectCommandOutput,
  'ETag' | 'ContentLength' | 'LastModified' | 'Metadata' | 'ContentType'
>): S3Head {
  return {
    etag: plain(ETag),
    size: ContentLength,
    mtime: LastModified?.getTime(),
    metadata: Metadata,
    contentType: ContentType,
  }
}

export function puttingInput({ metadata, contentType, ifMatch, ifNoneMatch }: S3Putting) {
  return { Metadata: metadata, ContentType: contentType, IfMatch: ifMatch, IfNoneMatch: ifNoneMatch }
}

export function isConditional({ ifMatch, ifNoneMatch }: S3Condition): boolean {
  return ifMatch !== undefined || ifNoneMatch !== undefined
}

/** Some servers answer a condition on an absent object with 404. */
export function isRefusal(error: unknown, condition: S3Condition): boolean {
  return isConditional(condition) && (isRefused(error) || isAbsent(error))
}

/** An etag without its quotes. */
export function plain(etag = ''): string {
  return etag.replace(/^(?:W\/)?"(.*)"$/, '$1')
}

/** A name in a path, byte by byte; `!'()*` too, as signatures want it. */
export function encodedPath(name: string): string {
  return name
    .split('/')
    .map(part =>
      encodeURIComponent(part).replace(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/')
}

function decodedName(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
