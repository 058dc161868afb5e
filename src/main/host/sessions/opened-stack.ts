import type { Stack } from '../../../core/stack/open.ts'

/** What a session needs of a stack. */
export type OpenedStack = Pick<Stack, 'name' | 'store' | 'document' | 'nodes'>
