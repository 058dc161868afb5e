import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DatastoreError } from '../../../src/core/errors.ts'
import { defineKind } from '../../../src/core/stack/kind.ts'
import { openStack, validateDocument } from '../../../src/core/stack/pure-stack.ts'
import { Registry } from '../../../src/core/stack/registry.ts'
import { type SecretSource, secretReference } from '../../../src/core/stack/secret.ts'
import { serverUrl } from '../../../src/core/stack/server-url.ts'
import { MemoryDatastore } from '../../../src/core/stores/memory.ts'

const received: string[] = []
const server = defineKind({
  kind: 'server',
  label: 'Server',
  help: 'A store that signs in with a secret.',
  schema: z.strictObject({
    url: serverUrl(['redis', 'rediss']),
    password: secretReference().optional(),
  }),
  children: 'none',
  open: async ({ password }, _children, context) => {
    if (password !== undefined) received.push(await context.secret(password, 'password'))
    return new MemoryDatastore()
  },
})
const registry = new Registry([server])
const url = 'redis://example.org:6379/0'
const documentOf = (root: Record<string, unknown>) => ({ strata: 1, root: { kind: 'server', url, ...root } })
const open = (root: Record<string, unknown>, secrets?: SecretSource) =>
  openStack(documentOf(root), { registry, secrets })
const problemsOf = (root: Record<string, unknown>) => validateDocument(documentOf(root), registry)

describe('secrets of a stack', () => {
  it('E6 a kind receives the value of the secret that its node names', async () => {
    received.length = 0
    const secrets = { get: async (name: string) => `value of ${name}` }
    const stack = await open({ password: { secret: 'prod-redis' } }, secrets)
    expect(received).toEqual(['value of prod-redis'])
    expect(JSON.stringify(stack.document)).not.toContain('value of')
    await stack.close()
  })

  it.each([
    ['a text', 'hunter2'],
    ['a number', 4711],
    ['an object with a value', { value: 'hunter2' }],
    ['a reference with a value beside it', { secret: 'a', value: 'hunter2' }],
    ['a name that is the secret', { secret: 'hunter2 !' }],
    ['a list', ['hunter2']],
  ])('E6 a literal secret is rejected with its position and is not repeated: %s', (_, password) => {
    const problems = problemsOf({ password })
    expect(problems.length).toBeGreaterThan(0)
    for (const { path, message } of problems) {
      expect(path).toMatch(/^root\.password/)
      expect(message).not.toMatch(/hunter2|4711/)
    }
  })

  it.each([
    ['redis://app:hunter2@example.org/0', /holds a password/],
    ['http://example.org', /begins with redis:\/\/ or rediss:\/\//],
    ['redis:///0', /names no host/],
    ['app:hunter2@example.org', /begins? with redis/],
    ['hunter2', /is not an address/],
  ])('E6 an invalid address is rejected and not repeated: %s', (address, message) => {
    const [problem] = problemsOf({ url: address })
    expect(problem?.path).toBe('root.url')
    expect(problem?.message).toMatch(message)
    expect(problem?.message).not.toContain('hunter2')
  })

  it('E6 an address may contain a user', () => {
    expect(problemsOf({ url: 'rediss://app@example.org:6380/2' })).toEqual([])
  })

  it.each([
    ['a secret that is not there', { get: async () => undefined }, /root\.password: there is no secret "x"/],
    ['no source of secrets', undefined, /root\.password: the secret "x" cannot be looked up/],
    [
      'locked secrets',
      { get: () => Promise.reject(new DatastoreError('ACCESS_DENIED', 'Cannot read: locked')) },
      /root\.password: Cannot read: locked/,
    ],
  ])('E6 a stack does not open with %s', async (_, secrets, message) => {
    const opening = open({ password: { secret: 'x' } }, secrets)
    await expect(opening).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'root.password' })
    await expect(opening).rejects.toThrow(message)
  })
})
