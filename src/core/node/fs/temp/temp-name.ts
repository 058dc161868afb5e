import { isRunning, ownIdentity, threadToken } from './process-identity.ts'

const NAME = /^([0-9a-f]+)-(\d+)-([0-9a-f]+)-[0-9a-f]+-\d+\.tmp$/
/** A temporary file of a process that cannot be asked is left over when nobody wrote to it for a day. */
const LEFT_AFTER = 24 * 60 * 60 * 1000

let serial = 0

/** A file name that nobody else uses, and that says whose it is. */
export function nextTempName(): string {
  serial++
  return `${ownIdentity.host}-${ownIdentity.pid}-${ownIdentity.start}-${threadToken}-${serial}.tmp`
}

/**
 * Whether a temporary file belongs to nobody any more.
 * @param age Milliseconds since it was last written to.
 */
export function isLeftOver(name: string, age: number): boolean {
  const [, host, pid, start] = NAME.exec(name) ?? []
  if (host === undefined || pid === undefined || start === undefined) return false
  const runs = isRunning({ host, pid: Number(pid), start })
  return runs === undefined ? age > LEFT_AFTER : !runs
}
