import type { Capabilities } from '../../datastore.ts'
import type { OpenFolder } from './open/open-folder.ts'

export function capabilitiesOf({ files, readOnly }: OpenFolder): Capabilities {
  return {
    // Names, sizes and times are at hand; to look into values all have to be read.
    query: 'partial',
    list: 'level',
    watch: 'all',
    atomicBatch: false,
    streams: true,
    rename: 'atomic',
    ttl: false,
    durable: files.durability === 'full',
    persistent: true,
    order: true,
    writable: !readOnly,
  }
}
