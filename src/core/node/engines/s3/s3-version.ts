// Apart from what reads it, so that the types of the library need no types of the client.

/** A version of an object that the bucket keeps. */
export interface S3Version {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly mtime: number
  /** Absent for a mark that the object was deleted. */
  readonly size: number | undefined
  readonly isLatest: boolean
}
