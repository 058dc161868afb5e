import type { Reply } from '../../../../../src/shared/values.ts'

/** Initial state of the page, in its address. */
export interface HarnessOptions {
  readonly text: string
  readonly path?: string
  /** Opens the text as a session first. */
  readonly isOpen?: boolean
}

/** Functions that the test calls in the page, and messages from the page to the test. */
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
