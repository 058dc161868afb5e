import { DatastoreError } from '../errors.ts'

export const FLATFS_FUNCTIONS = ['prefix', 'suffix', 'next-to-last'] as const

/** Which characters of a name choose its directory. */
export type FlatfsFunction = (typeof FLATFS_FUNCTIONS)[number]

/** How flatfs finds the directory of a name: which characters it takes, and how many. */
export interface FlatfsShard {
  readonly by: FlatfsFunction
  /** Characters (Unicode code points) taken; 1 or more. */
  readonly length: number
}

/** The notation of flatfs, in its file `SHARDING` and in the configuration of Kubo. */
export type FlatfsShardText = `/repo/flatfs/shard/v1/${FlatfsFunction}/${number}`

const PREFIX = '/repo/flatfs/shard/'
const TEXT = /^v1\/(prefix|suffix|next-to-last)\/([1-9]\d{0,2})$/

/**
 * Parses the text of a shard function, such as `/repo/flatfs/shard/v1/next-to-last/2`. White space around it is
 * ignored, and `/repo/flatfs/shard/` may be missing.
 * @throws DatastoreError `CONFIG_INVALID`
 */
export function parseFlatfsShard(text: string): FlatfsShard {
  const trimmed = text.trim()
  const found = TEXT.exec(trimmed.startsWith(PREFIX) ? trimmed.slice(PREFIX.length) : trimmed)
  if (found === null) {
    throw new DatastoreError(
      'CONFIG_INVALID',
      `Cannot read the shard function ${JSON.stringify(trimmed)}: it should be ${PREFIX}v1/ and then prefix/N, ` +
        'suffix/N or next-to-last/N with N from 1 to 999',
    )
  }
  return { by: found[1] as FlatfsFunction, length: Number(found[2]) }
}

/** The text that `parseFlatfsShard` parses, without a line end. */
export function printFlatfsShard({ by, length }: FlatfsShard): FlatfsShardText {
  return `${PREFIX}v1/${by}/${length}`
}

/**
 * The directory of a name: its first or last characters, or the last ones before the final one. A name that is too
 * short is padded with `_`, at its end for `prefix`, at its front otherwise. Source:
 * https://github.com/ipfs/go-ds-flatfs. flatfs counts bytes, which is the same for the names it allows; here no
 * character is split.
 */
export function directoryOf({ by, length }: FlatfsShard, name: string): string {
  const padding = '_'.repeat(length + 1)
  // A character has at most two code units, so the rest of a long name does not matter.
  const reach = 2 * (length + 1)
  if (by === 'prefix')
    return Array.from(name.slice(0, reach) + padding)
      .slice(0, length)
      .join('')
  const end = Array.from(padding + name.slice(-reach))
  return end.slice(by === 'suffix' ? -length : -length - 1, by === 'suffix' ? undefined : -1).join('')
}
