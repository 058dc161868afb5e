import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemCode } from './disk.ts'

/**
 * Names this process so that another can tell later whether it still runs: where process numbers are counted, the
 * number, and when the process began (numbers are used again), and a part of its own for each thread of the process.
 */
interface ProcessIdentity {
  /** Hex digits; equal for processes that can see one another. */
  readonly host: string
  readonly pid: number
  /** Hex digits; `0` where the system does not tell. */
  readonly start: string
}

export const ownIdentity: ProcessIdentity = {
  host: shortHash(`${hostname()} ${pidNamespace()}`),
  pid: process.pid,
  start: startOf(process.pid),
}

/** Differs between the threads of a process that load this module each for itself. */
const threadToken: string = randomBytes(4).toString('hex')

/** Whether the process runs; `undefined` where that cannot be known from here. */
export function isRunning({ host, pid, start }: ProcessIdentity): boolean | undefined {
  if (host !== ownIdentity.host) return undefined
  if (!hasProcess(pid)) return false
  return start === '0' || start === startOf(pid)
}

function hasProcess(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    return systemCode(error) === 'EPERM'
  }
}

/** When the process began, in ticks since this boot. */
function startOf(pid: number): string {
  const status = readIfThere(`/proc/${pid}/stat`)
  const boot = readIfThere('/proc/sys/kernel/random/boot_id')
  // The second field is the program's name in brackets, with anything in it; the start is the 20th after it.
  const ticks = status?.slice(status.lastIndexOf(')') + 2).split(' ')[19]
  return ticks === undefined ? '0' : shortHash(`${boot ?? ''} ${ticks}`)
}

/** Containers count their processes each for itself. */
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

const TEMP_EXTENSION = '.tmp'
/** A temporary file of a process that cannot be asked is left over when nobody wrote to it for a day. */
const LEFT_AFTER = 24 * 60 * 60 * 1000

/** A file name that nobody else uses, and that says whose it is. */
export function nextTempName(): string {
  return nextOwnedName(TEMP_EXTENSION)
}

/**
 * Whether a temporary file belongs to nobody any more.
 * @param age Milliseconds since it was last written to.
 */
export function isLeftOver(name: string, age: number): boolean {
  const owner = ownerOf(name, TEMP_EXTENSION)
  if (owner === undefined) return false
  const runs = isRunning(owner)
  return runs === undefined ? age > LEFT_AFTER : !runs
}
