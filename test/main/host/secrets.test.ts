import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { nodeKinds } from '../../../src/core/node/stack.ts'
import { defineKind } from '../../../src/core/stack/kind.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { secretReference } from '../../../src/core/stack/secret.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'
import type { Keychain } from '../../../src/main/host/secrets/secrets.ts'
import { connect, tempFolder, testHost } from './test-host.ts'

const VALUE = 'correct horse battery'
const received: string[] = []
const server = defineKind({
  kind: 'server',
  label: 'Server',
  help: 'A store that signs in with a secret.',
  schema: z.strictObject({ password: secretReference() }),
  children: 'none',
  open: async ({ password }, _children, context) => {
    received.push(await context.secret(password, 'password'))
    return new MemoryDatastore()
  },
})
const registry = new Registry([...nodeKinds, server])
const document = { strata: 1, root: { kind: 'server', password: { secret: 'prod-redis' } } }
const source = { type: 'document', document } as const

/** A keychain that reverses bytes, so that no text is readable in the file. */
function keychain(isProtecting = true): Keychain & { isOld: boolean } {
  return {
    isOld: false,
    isProtecting: async () => isProtecting,
    seal: async text => Buffer.from(text).reverse().toString('base64'),
    async unseal(sealed) {
      return { text: Buffer.from(sealed, 'base64').reverse().toString(), isOld: this.isOld }
    },
  }
}

async function opened(options: Parameters<typeof testHost>[0] = {}) {
  const dataDirectory = options.dataDirectory ?? (await tempFolder())
  const host = await testHost({ registry, environment: {}, ...options, dataDirectory })
  return { dataDirectory, file: join(dataDirectory, 'secrets.json'), host, page: await connect(host) }
}

describe('secrets of the host', () => {
  it('E6 a secret reaches the store that names it, and no file or page', async () => {
    received.length = 0
    const { page, file } = await opened()
    expect(await page.call('secrets.state', {})).toEqual({
      protection: 'none',
      isLocked: true,
      secrets: [],
      variables: [],
    })
    await page.call('secrets.unlock', { passphrase: 'open sesame' })
    const state = await page.call('secrets.put', { name: 'prod-redis', value: VALUE })
    expect(state).toMatchObject({
      protection: 'passphrase',
      isLocked: false,
      secrets: [{ name: 'prod-redis', from: 'passphrase', isReadable: true }],
    })
    await page.call('sessions.open', { source })
    expect(received).toEqual([VALUE])
    expect(await readFile(file, 'utf8')).not.toContain(VALUE)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(JSON.stringify([state, page.events])).not.toContain(VALUE)
  })

  it('E6 while the secrets are locked, a stack that names one is not opened, and the error has its position', async () => {
    const first = await opened()
    await first.page.call('secrets.unlock', { passphrase: 'open sesame' })
    await first.page.call('secrets.put', { name: 'prod-redis', value: VALUE })
    await first.host.close()

    const { page } = await opened({ dataDirectory: first.dataDirectory })
    expect(await page.call('secrets.state', {})).toMatchObject({
      protection: 'passphrase',
      isLocked: true,
      secrets: [{ name: 'prod-redis', isReadable: false }],
    })
    await expect(page.call('sessions.open', { source })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'root.password',
      message: expect.stringMatching(/locked/) as string,
    })
    await expect(page.call('secrets.unlock', { passphrase: 'open barley' })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    })
    await expect(page.call('secrets.put', { name: 'other', value: VALUE })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    })
    await page.call('secrets.unlock', { passphrase: 'open sesame' })
    received.length = 0
    await page.call('sessions.open', { source })
    expect(received).toEqual([VALUE])
  })

  it('E6 a secret whose sealed text was changed or moved to another name is refused', async () => {
    const { page, file } = await opened()
    await page.call('secrets.unlock', { passphrase: 'open sesame' })
    await page.call('secrets.put', { name: 'prod-redis', value: VALUE })
    await page.call('secrets.put', { name: 'other', value: 'another' })
    const content = JSON.parse(await readFile(file, 'utf8')) as {
      secrets: Record<string, { by: string; data: string }>
    }
    const { 'prod-redis': own, other } = content.secrets
    const damaged = Buffer.from(own?.data ?? '', 'base64')
    damaged[30] = (damaged[30] ?? 0) ^ 1
    for (const data of [other?.data, damaged.toString('base64')]) {
      const secrets = { ...content.secrets, 'prod-redis': { by: 'passphrase', data } }
      await writeFile(file, JSON.stringify({ ...content, secrets }))
      await expect(page.call('sessions.open', { source })).rejects.toThrow(/changed by somebody else/)
    }
  })

  it('E6 a variable of the environment provides a secret, before the file', async () => {
    received.length = 0
    const { page } = await opened({ environment: { STRATA_SECRET_PROD_REDIS: 'of the variable', HOME: '/' } })
    expect(await page.call('secrets.state', {})).toMatchObject({ variables: ['STRATA_SECRET_PROD_REDIS'] })
    await page.call('sessions.open', { source })
    expect(received).toEqual(['of the variable'])
  })

  it('E6 the keychain seals without a passphrase, if it protects', async () => {
    received.length = 0
    const { page, file } = await opened({ keychain: keychain() })
    const state = await page.call('secrets.put', { name: 'prod-redis', value: VALUE })
    expect(state).toMatchObject({ protection: 'keychain', isLocked: false })
    expect(await readFile(file, 'utf8')).not.toContain(VALUE)
    await page.call('sessions.open', { source })
    expect(received).toEqual([VALUE])
  })

  it('E6 a text sealed with an old key of the keychain is sealed again', async () => {
    const chain = keychain()
    const { page, file } = await opened({ keychain: chain })
    await page.call('secrets.put', { name: 'prod-redis', value: VALUE })
    chain.isOld = true
    const seal = chain.seal
    chain.seal = async text => seal(`${text} `)
    await page.call('sessions.open', { source })
    expect(await readFile(file, 'utf8')).toContain(await chain.seal(JSON.stringify(['prod-redis', VALUE])))
  })

  it('E6 a keychain that does not protect is not used: a passphrase is needed', async () => {
    const { page } = await opened({ keychain: keychain(false) })
    await expect(page.call('secrets.put', { name: 'prod-redis', value: VALUE })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
    })
  })

  it('E6 a file that does not hold secrets is not changed', async () => {
    const { page, file } = await opened()
    await writeFile(file, '{ "strata": "something else" }')
    await expect(page.call('secrets.state', {})).rejects.toMatchObject({ code: 'CORRUPT' })
    await expect(page.call('secrets.unlock', { passphrase: 'x' })).rejects.toMatchObject({ code: 'CORRUPT' })
    expect(await readFile(file, 'utf8')).toBe('{ "strata": "something else" }')
  })

  it('E6 two programs on one data directory keep the secrets of both', async () => {
    const one = await opened()
    const two = await opened({ dataDirectory: one.dataDirectory })
    await Promise.all([one, two].map(({ page }) => page.call('secrets.unlock', { passphrase: 'same' })))
    await one.page.call('secrets.put', { name: 'a', value: '1' })
    await two.page.call('secrets.put', { name: 'b', value: '2' })
    const { secrets } = await one.page.call('secrets.remove', { name: 'missing' })
    expect(secrets.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(secrets.every(({ isReadable }) => isReadable)).toBe(true)
  })

  it('E6 removing a secret deletes it, and notifies every page', async () => {
    const { page, host } = await opened({ keychain: keychain() })
    const other = await connect(host)
    await page.call('secrets.put', { name: 'a', value: VALUE })
    expect((await page.call('secrets.remove', { name: 'a' })).secrets).toEqual([])
    await page.call('secrets.state', {})
    expect(other.eventsOf('secretsChanged').map(({ secrets }) => secrets.length)).toEqual([1, 0])
  })

  it('E6 an invalid call is refused without its value in the error', async () => {
    const { page } = await opened()
    const call = page.call('secrets.put', { name: 'a b', value: VALUE })
    await expect(call).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(call).rejects.not.toThrow(VALUE)
  })
})
