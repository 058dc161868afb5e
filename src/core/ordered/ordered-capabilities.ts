import { type Capabilities, MINIMAL } from '../capabilities.ts'
import type { OrderedDriver } from './driver.ts'
import type { Layout } from './layout.ts'
import type { RecordForm } from './record-form.ts'

/** What an ordered store can do with a driver, a layout and a form of records. */
export function capabilitiesOf(
  driver: OrderedDriver,
  layout: Layout,
  form: RecordForm,
  isReadOnly: boolean,
): Capabilities {
  const { writable, conditions, commit, durable, parts, keyBytes, valueBytes } = driver.capabilities
  const isAtomic = commit !== false
  return {
    ...MINIMAL,
    writable: writable && !isReadOnly,
    read: { range: parts && form.expires !== 'record', stream: false, etag: form.etag },
    write: {
      ifAbsent: conditions,
      ifMatch: conditions,
      stream: false,
      ttl: form.expires === 'column' || (form.expires === 'record' && isAtomic),
    },
    remove: { ifMatch: conditions },
    rename: isAtomic ? 'atomic' : 'none',
    list: 'seek',
    batch: isAtomic ? 'atomic' : driver.writeAll === undefined ? 'none' : 'ordered',
    transaction: !isAtomic ? 'none' : commit.ranges ? 'serializable' : 'atomic',
    query: 'partial',
    watch: driver.changes === undefined ? 'own' : 'all',
    durable,
    persistent: true,
    limits: {
      keyBytes: keyBytes && layout.longestText(keyBytes - form.keyOverhead),
      valueBytes: valueBytes && valueBytes - form.overhead,
      batch: isAtomic && commit.most !== Infinity ? commit.most : undefined,
    },
  }
}
