/**
 * The text of a failure: `Cannot save the stack: the disk is full`. If `why` already says what failed, as in
 * `Cannot write "a.json": the disk is full`, it is returned unchanged.
 * @param action What the person wanted to do, as in `save the stack`.
 */
export function failureMessage(action: string, why: string): string {
  return HAS_ACTION.test(why) ? why : `Cannot ${action}: ${why}`
}

/** At the beginning, or after a place in the stack: `Disk · Path: Cannot open "/a": it is not a folder`. */
const HAS_ACTION = /(?:^|: )Cannot /
