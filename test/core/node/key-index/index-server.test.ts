import { describe, expect, it } from 'vitest'
import { Key } from '../../../../src/core/key.ts'
import type { LevelPage } from '../../../../src/core/key-index/key-index.ts'
import { pack } from '../../../../src/core/key-index/packed.ts'
import { IndexServer } from '../../../../src/core/node/key-index/index-server.ts'
import type { Reply } from '../../../../src/core/node/key-index/messages.ts'
import { encodeKey } from '../../../../src/core/ordered/strata/key-bytes.ts'
import { rowsOf } from '../../key-index/model.ts'

const LEVEL = Key.of('films')

describe('IndexServer', () => {
  // Enough for a large part to be unsorted when the last key is added.
  const count = 25_000

  it('E102 an index reports that it is filled once a level has every key', async () => {
    const packed = pack(Array.from({ length: count }, (_, number) => encodeKey(LEVEL.child(String(number)))))
    const page = await new Promise<LevelPage>((resolve, reject) => {
      const next = (reply: Reply) => {
        if ('error' in reply) reject(reply.error)
        else if (reply.id === 1) server.receive({ id: 2, call: 'filled', args: [] })
        // At once, before the server continues.
        else if (reply.id === 2)
          server.receive({ id: 3, call: 'level', args: [encodeKey(LEVEL), { limit: count + 1 }] })
        else if ('value' in reply) resolve(reply.value as LevelPage)
      }
      const server = new IndexServer(next)
      server.receive({ id: 1, call: 'add', args: [packed] })
    })
    expect(rowsOf(page)).toHaveLength(count)
    expect(page.hasMore).toBe(false)
  })
})
