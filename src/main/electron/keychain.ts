import type { SafeStorage } from 'electron'
import type { Keychain } from '../host/secrets/secrets.ts'

type UsedStorage = Pick<
  SafeStorage,
  'decryptStringAsync' | 'encryptStringAsync' | 'getSelectedStorageBackend' | 'isAsyncEncryptionAvailable'
>

/** The keychain of the system: Keychain on macOS, DPAPI on Windows, a secret service or KWallet on Linux. */
export function createKeychain(storage: UsedStorage, platform: NodeJS.Platform): Keychain {
  return {
    async isProtecting() {
      if (!(await storage.isAsyncEncryptionAvailable())) return false
      // `basic_text` seals with a password that every copy of Electron has.
      return platform !== 'linux' || !['basic_text', 'unknown'].includes(storage.getSelectedStorageBackend())
    },
    seal: async text => (await storage.encryptStringAsync(text)).toString('base64'),
    async unseal(sealed) {
      const { result, shouldReEncrypt } = await storage.decryptStringAsync(Buffer.from(sealed, 'base64'))
      return { text: result, isOld: shouldReEncrypt }
    },
  }
}
