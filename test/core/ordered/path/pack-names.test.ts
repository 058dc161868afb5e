import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Packer, unpack } from '../../../../src/core/key-index/packed.ts'
import { NamePacker } from '../../../../src/core/ordered/path/pack-names.ts'
import { PathNames } from '../../../../src/core/ordered/path/path-names.ts'
import { encodeKey } from '../../../../src/core/ordered/strata/key-bytes.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

const anyNames = fc
  .constantFrom({}, { separator: ':' }, { separator: '::' }, { leading: false }, { prefix: bytes('/ds') })
  .map(options => new PathNames(options))
const anyName = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc
    .array(fc.constantFrom('/', ':', '.', '..', 'a', 'user', '1', '\0', '\x01', 'é', '\ufffd'), {
      maxLength: 8,
    })
    .map(parts => bytes(parts.join(''))),
)

it('E2 names are packed as the bytes of their keys', () => {
  fc.assert(
    fc.property(anyNames, fc.array(anyName, { maxLength: 5 }), (names, parts) => {
      const all = parts.map(part => Uint8Array.from([...names.prefix, ...part]))
      const packer = new Packer()
      const keys = new NamePacker(names, packer)
      for (const name of all) keys.add(name)
      expect(unpack(packer.take()).map(key => [...key])).toEqual(
        all.map(name => [...encodeKey(names.keyOf(name))]),
      )
    }),
    { numRuns: 1000 },
  )
})
