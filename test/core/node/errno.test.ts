import { describe, expect, it } from 'vitest'
import { Key } from '../../../src/core/key.ts'
import { fsFailure } from '../../../src/core/node/fs/failures.ts'
import { fileFailure } from '../../../src/main/host/files/file-failure.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, syscall: 'open' })
}

describe('a failure of the system', () => {
  it.each([
    ['EROFS', 'READ_ONLY', 'READ_ONLY'],
    ['EACCES', 'ACCESS_DENIED', 'ACCESS_DENIED'],
    ['ENAMETOOLONG', 'KEY_INVALID', 'UNSUPPORTED'],
    ['ENOSPC', 'IO', 'IO'],
    ['EIO', 'IO', 'IO'],
    ['ENOENT', 'IO', 'NOT_FOUND'],
    ['EISDIR', 'CONFLICT', 'CONFLICT'],
  ])('D18 %s is %s for a key and %s for a path', (code, ofKey, ofPath) => {
    expect(fsFailure('put', Key.of('a'), systemError(code))).toMatchObject({ code: ofKey, key: Key.of('a') })
    expect(fileFailure('write', '/a', systemError(code))).toMatchObject({ code: ofPath })
  })

  it('D18 an error that is not a system error is returned unchanged', () => {
    const error = new TypeError('a defect')
    expect(fsFailure('put', Key.of('a'), error)).toBe(error)
  })
})
