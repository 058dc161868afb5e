import { ownIdentity, type ProcessIdentity, threadToken } from './process-identity.ts'

const NAME = /^([0-9a-f]+)-(\d+)-([0-9a-f]+)-[0-9a-f]+-\d+(\.[a-z]+)$/

let serial = 0

/** A file name that nobody else uses, and that says which process it belongs to. */
export function nextOwnedName(extension: string): string {
  serial++
  return `${ownIdentity.host}-${ownIdentity.pid}-${ownIdentity.start}-${threadToken}-${serial}${extension}`
}

/** The process that a name of `nextOwnedName` belongs to; `undefined` for any other name. */
export function ownerOf(name: string, extension: string): ProcessIdentity | undefined {
  const [, host, pid, start, found] = NAME.exec(name) ?? []
  if (host === undefined || pid === undefined || start === undefined || found !== extension) return undefined
  return { host, pid: Number(pid), start }
}
