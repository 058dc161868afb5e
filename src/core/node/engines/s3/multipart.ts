import type { CompletedPart } from '@aws-sdk/client-s3'
import { isRefusal, type Make, plain, type S3Bucket, type S3Condition, type S3Putting } from './bucket.ts'

/** The maximum number of parts of an upload. */
export const MAX_PARTS = 10_000

/** An object that is put in parts. It is there once `complete` has answered; `abort` removes what was sent. */
export class MultipartUpload {
  readonly #bucket: S3Bucket
  readonly #input: { readonly Bucket: string; readonly Key: string; readonly UploadId: string }
  readonly #signal: AbortSignal | undefined
  readonly #parts: CompletedPart[] = []
  #count = 0
  #isOver = false

  private constructor(bucket: S3Bucket, key: string, id: string, signal: AbortSignal | undefined) {
    this.#bucket = bucket
    this.#input = { Bucket: bucket.name, Key: key, UploadId: id }
    this.#signal = signal
  }

  static async begin(
    bucket: S3Bucket,
    key: string,
    { metadata, contentType }: Omit<S3Putting, keyof S3Condition>,
    signal: AbortSignal | undefined,
  ): Promise<MultipartUpload> {
    const { CreateMultipartUploadCommand } = bucket.access.s3
    const input = { Bucket: bucket.name, Key: key, Metadata: metadata, ContentType: contentType }
    const id = await bucket.sent(
      'put',
      signal,
      (client, options) => client.send(new CreateMultipartUploadCommand(input), options),
      { meaning: () => undefined, answer: ({ UploadId = '' }) => UploadId },
    )
    return new MultipartUpload(bucket, key, id, signal)
  }

  /** Sends the next part. Several may be on their way. All but the last have at least 5 MiB. */
  async part(bytes: Uint8Array): Promise<void> {
    const { UploadPartCommand } = this.#bucket.access.s3
    const number = ++this.#count
    const input = { ...this.#input, PartNumber: number, Body: bytes }
    await this.#sent(
      (client, options) => client.send(new UploadPartCommand(input), options),
      ({ ETag }) => this.#has(number, ETag),
    )
  }

  /** Copies the next part from another object. @param range `bytes=0-9` */
  async copiedPart(source: string, ifMatch: string, range: string): Promise<void> {
    const { UploadPartCopyCommand } = this.#bucket.access.s3
    const number = ++this.#count
    const copied = { CopySource: source, CopySourceIfMatch: ifMatch, CopySourceRange: range }
    const input = { ...this.#input, PartNumber: number, ...copied }
    await this.#sent(
      (client, options) => client.send(new UploadPartCopyCommand(input), options),
      ({ CopyPartResult }) => this.#has(number, CopyPartResult?.ETag),
    )
  }

  /** @returns The etag; `undefined` if the condition does not hold: the parts stay. */
  async complete(condition: S3Condition = {}): Promise<string | undefined> {
    const { CompleteMultipartUploadCommand } = this.#bucket.access.s3
    const { ifMatch, ifNoneMatch } = condition
    const input = {
      ...this.#input,
      MultipartUpload: { Parts: this.#parts },
      IfMatch: ifMatch,
      IfNoneMatch: ifNoneMatch,
    }
    const done = await this.#bucket.sent(
      'put',
      undefined,
      (client, options) => client.send(new CompleteMultipartUploadCommand(input), options),
      {
        isOnce: true,
        // The server may have to put the parts together.
        isLong: true,
        meaning: error => (isRefusal(error, condition) ? { is: undefined } : undefined),
        answer: ({ ETag }) => plain(ETag),
      },
    )
    if (done !== undefined) this.#isOver = true
    return done
  }

  /** Removes the parts, unless they have become an object. Where that fails, a rule of the bucket may remove them. */
  async abort(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const { AbortMultipartUploadCommand } = this.#bucket.access.s3
    await this.#bucket
      .sent(
        'end an upload',
        undefined,
        (client, options) => client.send(new AbortMultipartUploadCommand(this.#input), options),
        { meaning: () => undefined, answer: () => undefined },
      )
      .catch(() => undefined)
  }

  #sent<Output>(make: Make<Output>, answer: (output: Output) => void): Promise<void> {
    return this.#bucket.sent('put', this.#signal, make, { meaning: () => undefined, answer })
  }

  #has(number: number, etag: string | undefined): void {
    this.#parts[number - 1] = { PartNumber: number, ETag: etag }
  }
}
