import { describe, expect, it } from 'vitest'
import { createKeychain } from '../../../src/main/electron/keychain.ts'
import { createElectronDouble } from './electron-double.ts'

describe('the keychain of the desktop', () => {
  it('E6 seals and unseals text, and reports when a text has to be sealed again', async () => {
    const { safeStorage } = createElectronDouble()
    const keychain = createKeychain(safeStorage, 'darwin')
    expect(await keychain.isProtecting()).toBe(true)
    const sealed = await keychain.seal('hunter2')
    expect(await keychain.unseal(sealed)).toEqual({ text: 'hunter2', isOld: false })
    safeStorage.decryptStringAsync.mockResolvedValue({ result: 'hunter2', shouldReEncrypt: true })
    expect(await keychain.unseal(sealed)).toEqual({ text: 'hunter2', isOld: true })
  })

  it.each(['basic_text', 'unknown'] as const)(
    'E6 on Linux the backend %s protects nothing',
    async backend => {
      const { safeStorage } = createElectronDouble()
      safeStorage.getSelectedStorageBackend.mockReturnValue(backend)
      expect(await createKeychain(safeStorage, 'linux').isProtecting()).toBe(false)
      expect(await createKeychain(safeStorage, 'win32').isProtecting()).toBe(true)
    },
  )

  it('E6 an unavailable keychain protects nothing', async () => {
    const { safeStorage } = createElectronDouble()
    safeStorage.isAsyncEncryptionAvailable.mockResolvedValue(false)
    expect(await createKeychain(safeStorage, 'darwin').isProtecting()).toBe(false)
  })
})
