const NOBODY = 65_534

/** Why permissions cannot be tested on this machine, or `undefined` if they can. */
export function whyNoPermissions(): string | undefined {
  if (process.platform === 'win32') return 'Windows has other permissions'
  if (process.getuid?.() === 0 && process.seteuid === undefined)
    return 'root may do everything in a worker thread'
  return undefined
}

/** Runs `work` as a user other than root. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(NOBODY)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}
