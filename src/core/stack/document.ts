/** The version of stack documents that this library writes and reads. */
export const DOCUMENT_VERSION = 1

/** One node of a stack document: its kind, its options, and its children in the field that its kind defines. */
export interface StackNodeDocument {
  readonly kind: string
  /** Unique in the document. Default: derived from its position. */
  readonly id?: string
  /** A name for people. */
  readonly label?: string
  readonly [option: string]: unknown
}

/** A stack as plain JSON. It contains no secrets. */
export interface StackDocument {
  readonly strata: typeof DOCUMENT_VERSION
  readonly name?: string
  readonly root: StackNodeDocument
}

/** An error that keeps a document from opening. */
export interface DocumentProblem {
  /** The path, such as `root.tiers[1].path`; `''` for the document as a whole. */
  readonly path: string
  readonly message: string
}
