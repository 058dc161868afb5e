import { DatastoreError } from '../../src/core/errors.ts'
import { Key } from '../../src/core/key.ts'
import { type Layer, layered } from '../../src/core/layers/layer.ts'
import { MemoryDatastore } from '../../src/core/stores/memory.ts'
import { expect, test } from './strata.ts'

const REASON = 'the disk does not answer'

/** Fails each read of one key. */
const broken: Layer = {
  around: ({ verb, key, call }, run) => {
    if ((verb === 'get' || verb === 'stat') && key.toString() === '/broken')
      throw new DatastoreError('IO', { action: verb, reason: REASON }, { key })
    return run(call)
  },
  aroundStream: ({ key, call }, run) => {
    if (key.toString() === '/broken')
      throw new DatastoreError('IO', { action: 'get', reason: REASON }, { key })
    return run(call)
  },
}

test('W96 a key that cannot be read shows the reason once: in its tab, or in the Inspector if it is not open', async ({
  strata: { show, window },
  expectedErrors,
}) => {
  expectedErrors.push(new RegExp(REASON))
  const { page, inspector } = window
  const store = new MemoryDatastore()
  for (const name of ['broken', 'fine'])
    await store.put(Key.parse(`/${name}`), new TextEncoder().encode(name))
  await show('Old disk', layered(store, broken))
  const shown = page.getByText(REASON).filter({ visible: true })

  // The first page, which reads all keys, reports those that it could not read.
  await window.openText('/fine')

  // Selected, and not open.
  await page.keyboard.press('Control+Shift+e')
  await page.keyboard.press('End')
  await expect(inspector).toContainText('/fine')
  await page.keyboard.press('Home')
  await expect(inspector.getByRole('alert')).toContainText(REASON)
  await expect(shown).toHaveCount(1)

  // Open.
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tabpanel')).toContainText('"/broken" could not be opened')
  await expect(page.getByRole('tabpanel')).toContainText(
    'Check that the store can be reached, then try again.',
  )
  await expect(inspector).toContainText('Size and times could not be read.')
  await expect(shown).toHaveCount(1)

  // Another key is open.
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(window.value).toHaveText('fine')
  await expect(shown).toHaveCount(0)
})
