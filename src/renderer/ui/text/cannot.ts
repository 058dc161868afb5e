/**
 * What could not be done and why: `Cannot save the stack: the disk is full`. A failure of the host mostly says itself
 * what could not be done, and with which file. Then its own words suffice: `Cannot write "a.json": the disk is full`.
 * @param action What the person wanted to do, as in `save the stack`.
 */
export function cannot(action: string, why: string): string {
  return SAYS_SO.test(why) ? why : `Cannot ${action}: ${why}`
}

/** At the beginning, or behind the place in the stack: `Disk · Path: Cannot open "/a": it is not a folder`. */
const SAYS_SO = /(?:^|: )Cannot /
