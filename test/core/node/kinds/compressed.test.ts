import { describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import { hasZstd } from '../../../../src/core/node/serializers/zstd.ts'
import { describeKinds, openStack } from '../../../../src/core/node/stack.ts'

const key = Key.parse('/films/Brazil')
const value = new Uint8Array(10_000).fill(7)
const documentBy = (by: string) => ({
  strata: 1,
  root: { kind: 'compressed', by, store: { kind: 'memory', id: 'below' } },
})

describe('the kind compressed', () => {
  it('X2 every format has an example here', () => {
    const { schema } = describeKinds().find(({ kind }) => kind === 'compressed') ?? {}
    expect(schema).toMatchObject({ properties: { by: { enum: ['gzip', 'brotli', 'zstd'] } } })
  })

  it.each(hasZstd ? ['gzip', 'brotli', 'zstd'] : ['gzip', 'brotli'])(
    'X2 V1 %s keeps values compressed below',
    async by => {
      await using stack = await openStack(documentBy(by))
      await stack.store.put(key, value)
      expect(await stack.store.get(key)).toEqual(value)
      expect((await stack.node('below').store.stat(key)).size).toBeLessThan(500)
    },
  )

  it('X1 zstd without support in the runtime is rejected with alternatives', async ctx => {
    if (hasZstd) ctx.skip(`Node.js ${process.version} has zstd`)
    await expect(openStack(documentBy('zstd'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'root.by',
      message: expect.stringContaining('use gzip or brotli') as string,
    })
  })
})
