import type { Document, Timestamp } from 'mongodb'
import type { MongoAccess } from './mongo-access.ts'

/** What a server says about the servers that it belongs to. */
export interface Topology {
  /** Whether it takes writes: it is alone, a primary or a router. */
  readonly isWritable: boolean
  /** Whether it has transactions and streams of changes: it is a member of a replica set, or a router. */
  readonly isReplicated: boolean
  /** When it said so, by its own count. */
  readonly time: Timestamp | undefined
  /** In words. */
  readonly name: string
}

export function topologyIn(hello: Document): Topology {
  const set: unknown = hello['setName']
  const isRouter = hello['msg'] === 'isdbgrid'
  return {
    isWritable: hello['isWritablePrimary'] !== false,
    isReplicated: isRouter || set !== undefined,
    time: hello['operationTime'] as Timestamp | undefined,
    name: isRouter
      ? 'a sharded cluster'
      : set === undefined
        ? 'one server'
        : `the replica set ${JSON.stringify(set)}`,
  }
}

export async function topologyOf({ database }: MongoAccess): Promise<Topology> {
  return topologyIn(await database.command({ hello: 1 }))
}
