import { describe, expect, it } from 'vitest'
import { ChangeQueue } from '../../../src/core/changes/change-queue.ts'
import { Key } from '../../../src/core/key.ts'
import { collect } from '../../../src/testkit/suite.ts'

const [branch, leaf] = [Key.parse('/a'), Key.parse('/a/b')]

describe('ChangeQueue', () => {
  it('D39 a change of the watched key itself does not replace a pending resync', async () => {
    const queue = new ChangeQueue(branch)
    queue.push({ type: 'put', key: leaf })
    queue.push({ type: 'resync', key: branch })
    queue.push({ type: 'put', key: branch })
    queue.push({ type: 'delete', key: leaf })
    queue.end()
    const changes = await collect(queue.read(new AbortController().signal))
    expect(changes).toEqual([{ type: 'resync', key: branch }])
  })
})
