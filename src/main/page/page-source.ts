export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly mediaType: string
  /** Whether the file's name changes with its content, so that a browser may keep it for good. */
  readonly isImmutable: boolean
}

/** The files of the page: the only thing either shell serves. */
export interface PageSource {
  /**
   * @param target Path and query of a request, as received.
   * @returns `undefined` for what is no file of the page.
   */
  read(target: string): Promise<PageFile | undefined>
  /** Where the page's development server is, when there is one: the page needs more rights then. */
  readonly developmentServer: URL | undefined
}
