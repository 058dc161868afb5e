import type { Reply } from '../../../../../src/shared/values.ts'

/** What the page is told to begin with, in its address. */
export interface HarnessOptions {
  readonly text: string
  readonly path?: string
  /** Opens the text as a session first. */
  readonly isOpen?: boolean
}

/** What the test puts into the page, and what the page tells the test. */
declare global {
  interface Window {
    strataHost: (name: string, input: unknown) => Promise<Reply<unknown>>
    strataPick: (
      dialog: 'folder' | 'stackFile' | 'saveLocation',
      name?: string,
    ) => Promise<string | undefined>
    strataSeen: { isDirty: boolean; applied: string[]; violations: string[] }
  }
}
