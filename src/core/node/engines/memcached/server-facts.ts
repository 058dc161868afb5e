import type { MetaConnection } from './meta-connection.ts'

/** What a server reports about itself. */
export interface ServerFacts {
  readonly version: string
  /** Names this run of the server: its numbers of writes begin again when it is started again. */
  readonly run: string
  /** Items, with those that have expired and were not removed yet. */
  readonly items: number
  readonly evictions: number
  /** Bytes that all items may take. */
  readonly memory: number
  /** The maximum number of bytes of an item, with what the server adds to it. */
  readonly itemBytes: number
  readonly mayEvict: boolean
}

/** @throws Errors of the connection. */
export async function factsOf(connection: Pick<MetaConnection, 'lines'>): Promise<ServerFacts> {
  const facts = await statsOf(connection, 'stats')
  const settings = await statsOf(connection, 'stats settings')
  const number = (name: string) => Number(facts.get(name) ?? 0)
  return {
    version: facts.get('version') ?? 'of an unknown version',
    run: `${facts.get('pid') ?? ''}.${number('time') - number('uptime')}`,
    items: number('curr_items'),
    evictions: number('evictions'),
    memory: number('limit_maxbytes'),
    itemBytes: Number(settings.get('item_size_max') ?? 1_048_576),
    mayEvict: settings.get('evictions') !== 'off',
  }
}

async function statsOf(
  connection: Pick<MetaConnection, 'lines'>,
  command: string,
): Promise<Map<string, string>> {
  const stats = new Map<string, string>()
  await connection.lines(command, line => {
    const [, name, value] = /^STAT (\S+) (.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) stats.set(name, value)
  })
  return stats
}
