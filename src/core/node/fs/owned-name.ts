import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemCode } from './disk.ts'

/**
 * Identifies this process, so that another can determine later whether it is still running: the namespace of its process id,
 * the id, and when the process started, because ids are reused.
 */
interface ProcessIdentity {
  /** Hex digits; equal for processes that can see one another. */
  readonly host: string
  readonly pid: number
  /** Hex digits; `0` if the system does not report it. */
  readonly start: string
}

export const ownIdentity: ProcessIdentity = {
  host: shortHash(`${hostname()} ${pidNamespace()}`),
  pid: process.pid,
  start: startOf(process.pid),
}

/** Differs between threads of a process, each of which loads this module itself. */
const threadToken: string = randomBytes(4).toString('hex')

/** Whether the process is running; `undefined` if that cannot be determined from here. */
export function isRunning({ host, pid, start }: ProcessIdentity): boolean | undefined {
  if (host !== ownIdentity.host) return undefined
  if (!hasProcess(pid)) return false
  return start === '0' || start === startOf(pid)
}

function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // A process of another user cannot be signalled, but it exists.
    return systemCode(error) === 'EPERM'
  }
}

/** When the process started, in ticks since this boot. */
function startOf(pid: number): string {
  const status = readIfThere(`/proc/${pid}/stat`)
  const boot = readIfThere('/proc/sys/kernel/random/boot_id')
  // The second field is the program's name in brackets, with arbitrary text; the start is the 20th field after it.
  const ticks = status?.slice(status.lastIndexOf(')') + 2).split(' ')[19]
  return ticks === undefined ? '0' : shortHash(`${boot ?? ''} ${ticks}`)
}

/** Containers have process ids of their own. */
function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return ''
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

const NAME = /^([0-9a-f]+)-(\d+)-([0-9a-f]+)-[0-9a-f]+-\d+(\.[a-z]+)$/

let serial = 0

/** A unique file name that identifies its owner, this process. */
export function nextOwnedName(extension: string): string {
  serial++
  return `${ownIdentity.host}-${ownIdentity.pid}-${ownIdentity.start}-${threadToken}-${serial}${extension}`
}

/** The owner of a name made by `nextOwnedName`; `undefined` for any other name. */
export function ownerOf(name: string, extension: string): ProcessIdentity | undefined {
  const [, host, pid, start, found] = NAME.exec(name) ?? []
  if (host === undefined || pid === undefined || start === undefined || found !== extension) return undefined
  return { host, pid: Number(pid), start }
}

const TEMP_EXTENSION = '.tmp'
/** A temporary file of a process that cannot be checked is left over when it was not written to for a day. */
const LEFT_AFTER = 24 * 60 * 60 * 1000

/** A unique file name for a temporary file of this process. */
export function nextTempName(): string {
  return nextOwnedName(TEMP_EXTENSION)
}

/**
 * Whether the owner of a temporary file has ended.
 * @param age Milliseconds since it was last written to.
 */
export function isLeftOver(name: string, age: number): boolean {
  const owner = ownerOf(name, TEMP_EXTENSION)
  if (owner === undefined) return false
  const runs = isRunning(owner)
  return runs === undefined ? age > LEFT_AFTER : !runs
}
