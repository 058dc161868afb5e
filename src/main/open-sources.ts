import type { Source } from '../shared/procedures/sessions.ts'
import type { Host } from './host/host.ts'

/**
 * Opens what was asked for; the page shows the first that opened. One that fails does not keep the others from opening.
 * @returns Why those that could not be opened failed.
 * @throws What the first failed with, when none could be opened.
 */
export async function openSources(
  host: Pick<Host, 'open' | 'show'>,
  sources: readonly Source[],
): Promise<readonly unknown[]> {
  const failures: unknown[] = []
  let shown: string | undefined
  for (const source of sources) {
    try {
      const { id } = await host.open(source)
      if (shown === undefined) host.show(id)
      shown ??= id
    } catch (error) {
      failures.push(error)
    }
  }
  if (shown === undefined && failures.length > 0) throw failures[0]
  return failures
}
