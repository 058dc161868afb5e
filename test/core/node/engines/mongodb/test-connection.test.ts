import { afterAll, describe, expect, it } from 'vitest'
import { nodeKinds } from '../../../../../src/core/node/stack.ts'
import { Registry } from '../../../../../src/core/stack/registry.ts'
import { testConnection } from '../../../../../src/core/stack/running-node.ts'
import { startMongoDouble } from '../../../../servers/mongo/double.ts'
import { mongoServer } from './mongo-context.ts'

const server = await mongoServer()
afterAll(() => server.stop())

const tested = (options: object) =>
  testConnection({ strata: 1, root: { kind: 'mongodb', ...options } }, new Registry(nodeKinds), {})

describe('the connection test for MongoDB', () => {
  it('E20 reports the result of each step', async () => {
    const report = await tested({ url: server.url })
    expect(report?.steps.map(({ name, ok }) => [name, ok])).toEqual([
      ['reach', true],
      ['encrypt', true],
      ['sign-in', true],
      ['server', true],
      ['topology', true],
      ['keys', true],
      ['latency', true],
    ])
    expect(report).toMatchObject({ ok: true, rights: { read: true } })
  })

  it('E20 E127 reports that a member of a replica set supports watches', async () => {
    const set = await startMongoDouble({ isReplicated: true })
    const report = await tested({ url: set.url })
    const topology = report?.steps.find(({ name }) => name === 'topology')
    expect([topology?.detail, report?.rights.liveChanges]).toEqual(['the replica set "rs"', true])
    await set.stop()
  })

  it('E20 reports the failed step, and stops there', async () => {
    const report = await tested({ url: 'mongodb://127.0.0.1:1', timeout: 300 })
    expect(report?.steps.map(({ name, ok }) => [name, ok])).toEqual([['reach', false]])
    expect(report?.steps[0]?.detail).toContain('cannot be reached')
  })
})
