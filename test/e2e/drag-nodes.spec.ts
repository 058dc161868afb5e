import type { Locator, Page } from '@playwright/test'
import { expect, test } from './strata.ts'

interface Point {
  readonly x: number
  readonly y: number
}

async function boxOf(node: Locator): Promise<Point & { readonly width: number; readonly height: number }> {
  const box = await node.boundingBox()
  if (box === null) throw new Error('The node is not drawn')
  return box
}

async function middleOf(node: Locator): Promise<Point> {
  const { x, y, width, height } = await boxOf(node)
  return { x: x + width / 2, y: y + height / 2 }
}

/** The middle of the edge from one node to another. */
async function edgeOf(parent: Locator, child: Locator): Promise<Point> {
  const [from, to] = [await boxOf(parent), await boxOf(child)]
  return { x: (from.x + from.width + to.x) / 2, y: (from.y + from.height / 2 + to.y + to.height / 2) / 2 }
}

/** Holds a node over a point. */
async function hold(page: Page, node: Locator, over: Point): Promise<void> {
  const start = await middleOf(node)
  await page.mouse.move(start.x, start.y)
  await page.mouse.down()
  await page.mouse.move(start.x + 10, start.y + 10)
  await page.mouse.move(over.x, over.y)
}

test('O57 nodes are dragged in the drawing of a draft: onto others, onto edges, but not onto invalid targets', async ({
  strata: { open, window },
}) => {
  const { page } = window
  await open({ type: 'sample' })
  await page.keyboard.press('Control+e')
  const drawing = page.getByRole('region', { name: 'Drawing of the draft' })
  const node = (name: RegExp) => drawing.getByRole('button', { name })
  const [tiers, cache, shards, shardA, shardB] = [
    node(/^Tiers/),
    node(/^Cache/),
    node(/^Shards/),
    node(/^Shard A/),
    node(/^Shard B/),
  ]
  const offer = page.getByRole('status', { name: 'Where it goes' })
  const changes = page.getByRole('status', { name: 'What the draft changes' })
  const tree = page.getByRole('tree', { name: 'Stack' })
  const levels = () =>
    tree
      .getByRole('treeitem')
      .evaluateAll(rows => rows.map(row => `${row.getAttribute('aria-level')} ${row.textContent}`))
  await expect(drawing.getByRole('button')).toHaveCount(5)

  // Onto another node.
  await hold(page, cache, await middleOf(shards))
  await expect(offer).toHaveText('Into Shards')
  await expect(shards).toHaveAttribute('data-drop', 'true')
  await page.mouse.up()
  await expect(offer).toBeHidden()
  await expect(changes).toHaveText('Draft: 1 moved')
  await expect.poll(levels).toContainEqual(expect.stringMatching(/^3 Cache.*moved$/))
  await expect(tree).toBeFocused()

  // One undo takes it back.
  await page.keyboard.press('Control+z')
  await expect(changes).toHaveText('')
  await expect(drawing.getByRole('button')).toHaveCount(5)

  // Onto an edge.
  await hold(page, shardB, await edgeOf(tiers, cache))
  await expect(offer).toHaveText('Before Cache')
  await expect(drawing.locator('path[data-drop="true"]')).toHaveCount(1)
  await page.mouse.up()
  await expect.poll(levels).toContainEqual(expect.stringMatching(/^2 Shard B.*moved$/))
  await page.keyboard.press('Control+z')
  await expect(changes).toHaveText('')

  // Onto an invalid target.
  await hold(page, shards, await middleOf(shardA))
  await expect(offer).toHaveText('After Shard A (it is inside the node itself)')
  await page.mouse.up()
  await expect(changes).toHaveText('')
  await hold(page, tiers, await middleOf(cache))
  await expect(offer).toHaveText('After Cache (a stack needs a root)')
  await page.mouse.up()

  // Escape cancels it.
  await hold(page, cache, await middleOf(shards))
  await expect(offer).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(offer).toBeHidden()
  await page.mouse.up()
  await expect(changes).toHaveText('')

  // A press without a move still selects.
  await shardB.click()
  await expect(tree.getByRole('treeitem', { selected: true })).toHaveAccessibleName(/^Shard B/)
})

test('O57 a lock dropped on an edge is inserted in front of the node there', async ({
  strata: { open, window },
}) => {
  const { page } = window
  const root = {
    kind: 'tiered',
    tiers: [
      { kind: 'memory', label: 'Fast' },
      { kind: 'read-only', label: 'Lock', store: { kind: 'memory', label: 'Old' } },
      { kind: 'sharded', label: 'Shards', shards: [{ kind: 'memory', label: 'One' }] },
    ],
  }
  await open({ type: 'document', document: { strata: 1, name: 'Mine', root } })
  await page.keyboard.press('Control+e')
  const drawing = page.getByRole('region', { name: 'Drawing of the draft' })
  const node = (name: RegExp) => drawing.getByRole('button', { name })
  const offer = page.getByRole('status', { name: 'Where it goes' })
  await hold(page, node(/^Shards/), await edgeOf(node(/^Tiered/), node(/^Fast/)))
  await expect(offer).toHaveText('In front of Fast')
  await page.mouse.up()
  await expect(
    page.getByRole('tree', { name: 'Stack' }).getByRole('treeitem', { name: /^Fast/ }),
  ).toHaveAttribute('aria-level', '3')
  // A lock that already has a child is moved.
  await hold(page, node(/^Lock/), await edgeOf(node(/^Shards/), node(/^One/)))
  await expect(offer).toHaveText('Before One')
  await page.mouse.up()
  await expect(
    page.getByRole('tree', { name: 'Stack' }).getByRole('treeitem', { name: /^Old/ }),
  ).toHaveAttribute('aria-level', '4')
})
