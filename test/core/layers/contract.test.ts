import { fault } from '../../../src/core/layers/fault.ts'
import { VERBS } from '../../../src/core/layers/layer.ts'
import { logging } from '../../../src/core/layers/logging.ts'
import { metrics } from '../../../src/core/layers/metrics.ts'
import { rateLimit } from '../../../src/core/layers/rate-limit.ts'
import { retry } from '../../../src/core/layers/retry.ts'
import { timeout } from '../../../src/core/layers/timeout.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import { describeDatastore } from '../../contract/describe-datastore.ts'

const memory = () => new MemoryDatastore()
const runs = 10

describeDatastore('logging', { create: async () => logging(memory(), { log: () => undefined }), runs })
describeDatastore('metrics', { create: async () => metrics(memory()), runs })
describeDatastore('retry', { create: async () => retry(memory(), { delay: 1 }), runs })
describeDatastore('timeout', { create: async () => timeout(memory(), 60_000), runs })
describeDatastore('rateLimit', { create: async () => rateLimit(memory(), { perSecond: 1e9 }), runs })
describeDatastore('fault without faults', { create: async () => fault(memory()), runs })
describeDatastore('retry over timeout over transient faults', {
  create: async () => {
    // Every third call fails once. Puts never fail, because a put of a stream is not retried.
    let call = 0
    const verbs = VERBS.filter(verb => verb !== 'put')
    return retry(
      timeout(fault(memory(), { errorRate: 0.5, verbs, random: () => (call++ % 3 === 0 ? 0 : 1) }), 60_000),
      {
        delay: 0.01,
      },
    )
  },
  runs,
})
