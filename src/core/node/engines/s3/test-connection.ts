import { type ConnectionReport, UNKNOWN_RIGHTS } from '../../../stack/connection-report.ts'
import { ConnectionTest } from '../../connect/connection-test.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { type Access, accessTo } from './access.ts'
import { S3Bucket } from './bucket.ts'
import { s3Failure } from './failures.ts'
import type { S3Options } from './s3-datastore.ts'

/** Objects that are counted. */
const COUNTED = 1000

/** Runs the test step by step, until a step fails. It changes nothing, so it does not know whether the user may write. */
export function testS3(options: S3Options, context: ServerContext): Promise<ConnectionReport> {
  const test = new ConnectionTest('an S3 store', s3Failure)
  let access: Access | undefined
  const reached = async ({ server, place, timeout }: Access) => {
    return { name: server.host, place: await place(), timeout }
  }
  return test.report(
    async () => {
      const open = await test.step('reach', async () => {
        access = await accessTo(options, context)
        return [access, await test.reach(await reached(access))] as const
      })
      await test.check('encrypt', async () => test.encrypt(await reached(open), open.tls))
      const bucket = new S3Bucket(open)
      const prefix = open.address.folder + (options.prefix ?? '')
      const page = await test.step('sign-in', async () => {
        const found = await bucket.list({ prefix, limit: COUNTED }, undefined)
        const who = open.user === undefined ? 'the credentials of this computer' : JSON.stringify(open.user)
        return [found, `signed in as ${who}`] as const
      })
      await test.check('server', () => serverOf(open))
      await test.check('topology', () => `the bucket ${JSON.stringify(bucket.name)}`)
      await test.check('keys', () => {
        const count = page.objects.length
        return page.token === undefined ? `${count} objects` : `${count} objects or more`
      })
      const probe = `${prefix}!strata/probe`
      await test.check('latency', () => test.latency(() => bucket.head(probe, undefined)))
      return { ...UNKNOWN_RIGHTS, read: true, expiry: false, liveChanges: false }
    },
    async () => access?.close(),
  )
}

/** Whether the bucket keeps versions. Some users may not ask. */
async function serverOf({ s3, client, address, timeout }: Access): Promise<string> {
  try {
    const command = new s3.GetBucketVersioningCommand({ Bucket: address.bucket })
    const { Status } = await client.send(command, { abortSignal: AbortSignal.timeout(timeout) })
    return Status === 'Enabled'
      ? 'an S3 server; the bucket keeps versions'
      : 'an S3 server; the bucket keeps no versions'
  } catch {
    return 'an S3 server'
  }
}
