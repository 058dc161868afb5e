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
