/** What a put would write, fixed at one moment. */
export interface Capture {
  readonly bytes: Uint8Array
  /** Makes the captured state the one that counts as unedited. */
  adopt(): void
}

/** An editor of a value, as the rest of the tab sees it: text or hex. */
export interface ValueEditor {
  /** The bytes as they stand. */
  bytes(): Uint8Array
  /** Whether they differ from the base. */
  isDirty(): boolean
  capture(): Capture
  /** Shows other bytes as an edit that can be undone; the base stays. */
  show(bytes: Uint8Array): void
  /** Shows other bytes and takes them as the base; the cursor stays where it can. */
  rebase(bytes: Uint8Array): void
}
