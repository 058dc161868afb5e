import type { Source } from '../shared/procedures/sessions.ts'
import type { Host } from './host/host.ts'

/** Opens what was asked for; the page shows the first of them. */
export async function openSources(
  host: Pick<Host, 'open' | 'show'>,
  sources: readonly Source[],
): Promise<void> {
  const [first, ...rest] = sources
  if (first === undefined) return
  const { id } = await host.open(first)
  host.show(id)
  for (const source of rest) await host.open(source)
}
