import { Key } from '../../../../src/core/key.ts'
import type { OrderedOptions } from '../../../../src/core/ordered/open-ordered.ts'
import { PathNames } from '../../../../src/core/ordered/path/path-names.ts'

/** Whether layout `path` can hold a segment in every position, in none, or (`undefined`) only in some. */
export function heldByPath({
  separator,
  leading,
}: Pick<OrderedOptions, 'separator' | 'leading'>): (segment: string) => boolean | undefined {
  const names = new PathNames({ separator, leading })
  return segment => {
    const held = [[segment], ['a', segment, segment], [segment, 'a']].map(
      segments => names.bytesOf(Key.of(...segments)) !== undefined,
    )
    return held.every(isHeld => isHeld === held[0]) ? held[0] : undefined
  }
}
