const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** `0 bytes`, `1 byte`, `512 bytes`, `1.5 KiB`, `12 MiB`: three significant digits. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return formatExactBytes(bytes)
  let value = bytes
  let unit = -1
  do {
    value /= 1024
    unit++
  } while (roundedSize(value) >= 1024 && unit < UNITS.length - 1)
  return `${roundedSize(value)} ${UNITS[unit] ?? ''}`
}

/** `1,234 bytes`. */
export function formatExactBytes(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes.toLocaleString('en-US')} bytes`
}

function roundedSize(value: number): number {
  if (value >= 100) return Math.round(value)
  return value >= 10 ? Math.round(value * 10) / 10 : Math.round(value * 100) / 100
}

export type Accuracy = 'exact' | 'lower-bound' | 'approximate' | 'unknown'

/** `1,234`. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US')
}

/** A count rounded to two significant digits: `850`, `20,000`, `3.2 M`. */
export function formatRough(count: number): string {
  if (count < 1_000_000) return formatNumber(count < 10_000 ? count : Math.round(count / 1000) * 1000)
  const millions = count / 1_000_000
  return `${millions < 100 ? Math.round(millions * 10) / 10 : formatNumber(Math.round(millions))} M`
}

/** A count with its accuracy: `1,234`, `≥ 1,234`, `~ 1,234`, `~ 20,000`, or `?` if it is unknown. */
export function formatCount(count: number | undefined, accuracy: Accuracy): string {
  if (count === undefined || accuracy === 'unknown') return '?'
  // More digits would promise more than is known.
  if (accuracy === 'approximate') return `~ ${formatRough(count)}`
  return accuracy === 'lower-bound' ? `≥ ${formatNumber(count)}` : formatNumber(count)
}

/** `1 key`, `≥ 2 keys`. */
export function formatCountOf(
  count: number | undefined,
  accuracy: Accuracy,
  one: string,
  many: string,
): string {
  return `${formatCount(count, accuracy)} ${count === 1 ? one : many}`
}

/** Local date and time to the second: `2026-03-01 09:05:07`. @param time Milliseconds since 1970. */
export function formatTime(time: number): string {
  const date = new Date(time)
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':')}`
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const

/**
 * How long ago a time was, as long as that helps: `just now`, `2 minutes ago`, `today, 22:31`, `yesterday, 09:05`, then the
 * day. @param time Milliseconds since 1970, as `now`.
 */
export function formatAgo(time: number, now: number): string {
  const seconds = Math.floor((now - time) / 1000)
  if (seconds >= 0 && seconds < 10) return 'just now'
  if (seconds >= 0 && seconds < 60) return `${seconds} seconds ago`
  const minutes = Math.floor(seconds / 60)
  if (minutes >= 0 && minutes < 60) return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`
  const date = new Date(time)
  const days = Math.round((startOfDay(new Date(now)) - startOfDay(date)) / 86_400_000)
  const clock = date.toLocaleTimeString('en-US', CLOCK)
  if (days === 0 && seconds >= 0) return `today, ${clock}`
  return days === 1 ? `yesterday, ${clock}` : formatTime(time).slice(0, 10)
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

/** `850 ms`, `12.3 s`, `4 min 5 s`, `2 h 3 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Remaining time, rounded up: `12 s`, `3 min`, `2 h 5 min`, `9 days`. */
export function formatTimeLeft(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.ceil(hours / 24)} days`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
