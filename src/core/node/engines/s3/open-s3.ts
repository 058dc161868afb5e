import type { Gate } from '../../../open/turns.ts'
import { checkOptions, wholeNumber } from '../../../options.ts'
import { PathLayout } from '../../../ordered/path/path-layout.ts'
import { PathNames } from '../../../ordered/path/path-names.ts'
import { isRecord } from '../../../query/parse-condition.ts'
import { LostConnections } from '../../connect/lost-connections.ts'
import type { ServerContext } from '../../connect/server-context.ts'
import { SharedUses } from '../shared-uses.ts'
import { type Access, accessTo } from './access.ts'
import { refusal } from './address.ts'
import { bytesOf } from './body.ts'
import { S3Bucket } from './bucket.ts'
import { statusOf } from './failures.ts'
import { ObjectForm } from './object-form.ts'
import { probeConditions, READ_ONLY, type S3Conditions } from './probe.ts'
import { Reachability } from './reachability.ts'
import type { S3Options } from './s3-datastore.ts'
import { S3Store } from './s3-store.ts'
import { TextLayout } from './text-layout.ts'
import { keepsVersions } from './versions.ts'

const MIB = 1024 ** 2
const PART_SIZE = 8 * MIB
/** What S3 takes as a part of an upload that is not the last. */
const [MIN_PART, MAX_PART] = [5 * MIB, 5 * 1024 * MIB]

/** Names of the layout's own objects. No key has such a name. */
const OWN = '!strata/'
const FORMAT = JSON.stringify({ layout: 'strata', format: 1 })

/** Gates of the places that are open in this process. */
const gates = new SharedUses<undefined>()

/**
 * The store in a bucket.
 * @throws DatastoreError `CONFIG_INVALID`, `CONNECTION`, `TIMEOUT`, `ACCESS_DENIED`
 */
export async function openS3(options: S3Options, context: ServerContext): Promise<S3Store> {
  checkOptions('open an S3 store', options, { partSize: wholeNumber(MIN_PART, MAX_PART) })
  const access = await accessTo(options, context)
  const lost = new LostConnections(server => context.report?.({ lost: server }))
  let store: S3Store | undefined
  const reachability = new Reachability(
    access.server.host,
    lost,
    () => answers(access),
    () => store?.mayHaveChanged(),
  )
  const bucket = new S3Bucket(access, failure => {
    // Until it is open, the failure is the answer.
    if (store !== undefined) reachability.failed(failure)
  })
  const { host } = access.server
  const id = `s3:${host}/${access.address.bucket}/${access.address.folder}${options.prefix ?? ''}`
  const use = await gates.use(
    id,
    () => Promise.resolve(undefined),
    () => Promise.resolve(),
  )
  const close = async () => {
    reachability.close()
    await use.release()
    await access.close()
  }
  try {
    store = await openStore(options, { access, bucket, id, gate: use.gate, close })
    return store
  } catch (error) {
    await close()
    throw error
  }
}

async function openStore(
  options: S3Options,
  place: {
    readonly access: Access
    readonly bucket: S3Bucket
    readonly id: string
    readonly gate: Gate
    readonly close: () => Promise<void>
  },
): Promise<S3Store> {
  const { access, bucket, ...rest } = place
  const { readOnly = false, partSize = PART_SIZE } = options
  const { folder } = access.address
  const [found, isVersioned] = await Promise.all([findLayout(bucket, folder), keepsVersions(bucket)])
  const isStrata = chosenLayout(found, options) === 'strata'
  const names = isStrata ? undefined : await pathNames(bucket, folder, options)
  const layout =
    names === undefined ? new TextLayout(folder) : new PathLayout(names, { isText: true, isKept: false })
  const form = new ObjectForm(place.id, isStrata)
  const stem = `${folder}${options.prefix ?? ''}${OWN}`
  const conditions = readOnly ? READ_ONLY : await conditionsOf(access, bucket, `${stem}probe-`)
  let isMarked = !isStrata || found === 'strata'
  return new S3Store({
    ...rest,
    bucket,
    layout,
    form,
    conditions,
    partSize,
    isReadOnly: readOnly,
    keepsVersions: isVersioned,
    // Servers know separators of one character for sure.
    delimiter: names === undefined ? '/' : names.separator.length === 1 ? names.separator : undefined,
    begin: async () => {
      if (isMarked) return
      await bucket.put(`${folder}${OWN}format`, Buffer.from(FORMAT), { metadata: {} }, undefined)
      isMarked = true
    },
  })
}

/** What was found out about buckets where the user may write, for as long as this process runs. */
const probed = new Map<string, S3Conditions>()

async function conditionsOf({ server, user }: Access, bucket: S3Bucket, stem: string): Promise<S3Conditions> {
  const place = JSON.stringify([server.host, bucket.name, user])
  const known = probed.get(place)
  if (known !== undefined) return known
  const found = await probeConditions(bucket, stem)
  if (found.isWritable) probed.set(place, found)
  return found
}

type Found = 'strata' | 'other' | 'nothing'

/** Lists at the same time, so that a missing bucket and a wrong password are reported. */
async function findLayout(bucket: S3Bucket, folder: string): Promise<Found> {
  const [{ objects }, record] = await Promise.all([
    bucket.list({ prefix: folder, limit: 1 }, undefined),
    bucket.get(`${folder}${OWN}format`, undefined, undefined),
  ])
  if (record !== undefined && record !== 'empty') {
    const text = Buffer.from(await bytesOf(bucket, record, undefined)).toString()
    if (isFormat(text)) return 'strata'
  }
  return objects.length === 0 ? 'nothing' : 'other'
}

function isFormat(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text)
    return isRecord(json) && json['layout'] === 'strata' && json['format'] === 1
  } catch {
    return false
  }
}

function chosenLayout(found: Found, options: S3Options): 'strata' | 'path' {
  const { separator, leading, prefix } = options
  const isOfPath = [separator, leading, prefix].some(option => option !== undefined)
  const layout =
    options.layout ?? (found === 'strata' || (found === 'nothing' && !isOfPath) ? 'strata' : 'path')
  if (found !== 'nothing' && (found === 'strata') !== (layout === 'strata')) {
    throw refusal(`it has layout "${found === 'strata' ? 'strata' : 'path'}", not "${layout}"`)
  }
  if (layout === 'strata' && isOfPath) throw refusal('layout "strata" has no separator and no prefix')
  return layout
}

async function pathNames(
  bucket: S3Bucket,
  folder: string,
  { separator = '/', leading, prefix = '' }: S3Options,
): Promise<PathNames> {
  const start = folder + prefix
  return new PathNames({
    separator,
    leading: leading ?? (separator === '/' && (await isLed(bucket, start))),
    prefix: new TextEncoder().encode(start),
  })
}

/** Whether all names begin with `/`, as those of js-datastore-s3 without a path do. */
async function isLed(bucket: S3Bucket, prefix: string): Promise<boolean> {
  const { objects, prefixes } = await bucket.list({ prefix, delimiter: '/', limit: 2 }, undefined)
  return objects.length === 0 && prefixes.length === 1 && prefixes[0]?.name === `${prefix}/`
}

async function answers({ s3, onceClient, address, timeout }: Access): Promise<boolean> {
  const abortSignal = AbortSignal.timeout(timeout)
  try {
    await onceClient.send(new s3.HeadBucketCommand({ Bucket: address.bucket }), { abortSignal })
    return true
  } catch (error) {
    const status = statusOf(error)
    return status !== undefined && status < 500
  }
}
