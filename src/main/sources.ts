import { stat } from 'node:fs/promises'
import type { Source } from '../shared/procedures/sessions.ts'
import type { CommandLine } from './command-line.ts'

/**
 * What a command line asks to open, in its order; the sample when it asks for nothing.
 * @throws Error for a path that is neither a folder nor a file.
 */
export async function requestedSources({
  paths,
  stacks,
}: Pick<CommandLine, 'paths' | 'stacks'>): Promise<readonly Source[]> {
  const opened = await Promise.all(paths.map(sourceOf))
  const sources = [...opened, ...stacks.map(path => ({ type: 'stackFile', path }) as const)]
  return sources.length === 0 ? [{ type: 'sample' }] : sources
}

async function sourceOf(path: string): Promise<Source> {
  const found = await stat(path).catch((error: unknown) => {
    throw new Error(`Cannot open "${path}": there is no such folder or stack file`, { cause: error })
  })
  return { type: found.isDirectory() ? 'folder' : 'stackFile', path }
}
