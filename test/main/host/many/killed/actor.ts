import { writeSync } from 'node:fs'
import { createHost } from '../../../../../src/main/host/host.ts'
import { createClient } from '../../../../../src/renderer/api/client.ts'
import type { Source } from '../../../../../src/shared/procedures/sessions.ts'
import { portPair } from '../../channels.ts'

/*
 * Opens two stacks and moves all of `/k` of the first into `/in` of the second, which may be the same. Prints
 * `begun` once the job runs, and `ended` with its state.
 */
const [dataDirectory = '', sources = '[]'] = process.argv.slice(2)
const [from, to] = JSON.parse(sources) as readonly [Source, Source]
const host = await createHost({ dataDirectory, shell: 'web', appVersion: '1.0.0' })
const { id: session } = await host.open(from)
const { id: other } = await host.open(to)
const pair = await portPair()
host.connect(pair.host)
const page = createClient(pair.page)
page.on('jobChanged', job => {
  if (job.state !== 'running') writeSync(1, `ended ${job.state}\n`)
})
await page.call('jobs.start', {
  session,
  request: {
    type: 'many',
    action: {
      type: 'transfer',
      selection: { keys: ['/k'], ranges: [] },
      to: { session: other, prefix: '/in' },
      isMove: true,
    },
    conflicts: { all: 'both' },
  },
})
writeSync(1, 'begun\n')
