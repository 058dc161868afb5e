import type { Template } from '../../../../shared/procedures/stacks.ts'
import type { Client } from '../../../api/client.ts'
import type { Kinds } from '../model/stack-node.ts'

export interface Start {
  readonly kinds: Kinds
  readonly templates: readonly Template[]
}

/** What the host knows of stacks: the kinds that they are made of, and some to begin with. */
export async function loadStart(client: Client, signal: AbortSignal): Promise<Start> {
  const [{ kinds }, { templates }] = await Promise.all([
    client.call('stacks.kinds', {}, { signal }),
    client.call('stacks.templates', {}, { signal }),
  ])
  return { kinds: new Map(kinds.map(info => [info.kind, info])), templates }
}
