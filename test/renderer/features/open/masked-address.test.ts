import { describe, expect, it } from 'vitest'
import {
  isCompleteAddress,
  masked,
  unmasked,
  withoutPassword,
} from '../../../../src/renderer/features/open/masked-address.ts'
import { splitAddress } from '../../../../src/shared/address.ts'

const address = 'redis://app:p%40ss%24%26@db.example.org/1'

describe('an address with a password', () => {
  it('E6 is shown with dots, and keeps its password while other parts are edited', () => {
    expect(masked(address)).toBe('redis://app:••••••@db.example.org/1')
    const edited = unmasked('redis://app:••••••@other.example.org/1', address)
    expect(splitAddress(edited)).toEqual({
      address: 'redis://other.example.org/1',
      user: 'app',
      password: 'p@ss$&',
    })
  })

  it('E6 has no password once one of its dots is deleted', () => {
    expect(splitAddress(unmasked('redis://app:•••••@db', address)).password).toBeUndefined()
  })

  it('E6 is sent to the host without it', () => {
    expect(withoutPassword(` ${address} `)).toBe('redis://app@db.example.org/1')
    expect(withoutPassword('/a/b')).toBe('/a/b')
  })

  it.each(['', ' ', 'redis:', 'redis://', 'sqlite:'])('E11 an incomplete one is not recognised: %j', text => {
    expect(isCompleteAddress(text)).toBe(false)
  })

  it.each(['/', 'redis://h', 'sqlite:a'])('E11 a complete one is sent to the host: %j', text => {
    expect(isCompleteAddress(text)).toBe(true)
  })
})
