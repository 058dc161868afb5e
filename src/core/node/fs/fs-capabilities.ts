import { type Capabilities, MINIMAL } from '../../capabilities.ts'
import type { OpenFolder } from './open/open-folder.ts'

export function capabilitiesOf({ files, readOnly }: OpenFolder): Capabilities {
  return {
    ...MINIMAL,
    writable: !readOnly,
    read: { range: true, stream: true, etag: 'version' },
    write: { ifAbsent: 'process', ifMatch: 'process', stream: true, ttl: false },
    remove: { ifMatch: 'process' },
    rename: 'atomic',
    list: 'level',
    // Names, sizes and times are at hand; conditions on values read all of them.
    query: 'partial',
    watch: 'all',
    durable: files.durability === 'full',
    persistent: true,
  }
}
