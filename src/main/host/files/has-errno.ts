/** Whether the system refused something with one of these codes, as `ENOENT`. */
export function hasErrno(error: unknown, codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
