import { DatastoreError } from '../core/errors.ts'
import type { Source } from '../shared/procedures/sessions.ts'
import type { CommandLine } from './command-line.ts'
import type { Host } from './host/host.ts'

/**
 * The sources that a command line names, in order; the sample if it names none.
 * @throws DatastoreError for a path that does not exist, or that nothing opens.
 */
export async function requestedSources(
  { paths, stacks }: Pick<CommandLine, 'paths' | 'stacks'>,
  recognise: Host['recognise'],
): Promise<readonly Source[]> {
  const opened = await Promise.all(paths.map(recognise))
  const sources = [...opened, ...stacks.map(path => ({ type: 'stackFile', path }) as const)]
  return sources.length === 0 ? [{ type: 'sample' }] : sources
}

/**
 * Opens the sources. The page shows the first that opened. A source that fails does not keep the others from opening. A
 * stack file that contains no valid stack opens in the page's editor.
 * @returns The failures.
 * @throws The first failure, if the page would have nothing to show.
 */
export async function openSources(
  host: Pick<Host, 'open' | 'show' | 'offerCorrection'>,
  sources: readonly Source[],
): Promise<readonly unknown[]> {
  const failures: unknown[] = []
  let shown: string | undefined
  let isCorrectable = false
  for (const source of sources) {
    try {
      const { id } = await host.open(source)
      if (shown === undefined) host.show(id)
      shown ??= id
    } catch (error) {
      failures.push(error)
      if (source.type !== 'stackFile' || !isInvalidStack(error)) continue
      host.offerCorrection(source.path)
      isCorrectable = true
    }
  }
  if (shown === undefined && !isCorrectable && failures.length > 0) throw failures[0]
  return failures
}

function isInvalidStack(error: unknown): boolean {
  return error instanceof DatastoreError && error.code === 'CONFIG_INVALID'
}
