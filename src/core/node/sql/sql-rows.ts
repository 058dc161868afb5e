import { failure } from '../../errors.ts'
import type { Row } from '../../ordered/driver.ts'
import type { SqlCell } from './sql-connection.ts'

/** A row of the cells value, version, mtime, expiry, size. The last four may be absent. */
export function rowOf(key: Uint8Array, [value, version, mtime, expires, size]: readonly SqlCell[]): Row {
  if (value === null && typeof size !== 'number') {
    throw failure('VALUE_INVALID', 'read a value', undefined, 'its value is NULL, not bytes or text')
  }
  const bytes = (value ?? undefined) as Uint8Array | undefined
  return {
    key,
    value: bytes,
    version: numberOf(version),
    mtime: numberOf(mtime),
    expires: numberOf(expires),
    size: numberOf(size) ?? bytes?.length,
  }
}

function numberOf(cell: SqlCell | undefined): number | undefined {
  return typeof cell === 'number' ? cell : undefined
}
