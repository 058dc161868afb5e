import { z } from 'zod'
import { transformed } from '../../adapters/transformed.ts'
import { gzip } from '../../serializers/gzip.ts'
import type { ByteTransform } from '../../serializers/serializer.ts'
import { ConfigError } from '../../stack/config-error.ts'
import { defineKind, onlyChild } from '../../stack/kind.ts'
import { brotli } from '../serializers/brotli.ts'
import { hasZstd, withoutZstd, zstd } from '../serializers/zstd.ts'

const FORMATS = { gzip, brotli, zstd } as const satisfies Record<string, ByteTransform>

export const compressedKind = defineKind({
  kind: 'compressed',
  label: 'Compressed',
  help: 'Keeps values compressed in the store below, in files that other programs can unpack.',
  schema: z
    .strictObject({
      by: z
        .enum(['gzip', 'brotli', 'zstd'])
        .default('gzip')
        .describe(
          'gzip: read everywhere. brotli: smaller, and slow to write. zstd: fast; needs Node.js 22.15.',
        ),
    })
    .meta({ 'x-wrap': { label: 'Compress values' } }),
  children: 'one',
  childrenField: 'store',
  isStateless: true,
  open: async ({ by }, children, { path }) => {
    if (by === 'zstd' && !hasZstd) throw new ConfigError(`${path}.by`, withoutZstd)
    return transformed(onlyChild(children, path), FORMATS[by])
  },
})
