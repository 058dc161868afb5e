import { memoryStore } from './memory-store.ts'
import { expect, test, watchErrors } from './strata.ts'

test('the page has a policy, removes its token from the address bar, and survives a reload', async ({
  strata: { shell, show, window },
}) => {
  const { page } = window
  const answered = page.waitForResponse(shell.address.replace(/#.*/, ''))
  await show('Secrets', await memoryStore(['/secret']))
  const headers = (await answered).headers()
  const policy = headers['content-security-policy'] ?? ''
  for (const part of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
  ]) {
    expect(policy).toContain(part)
  }
  expect(policy).not.toContain('unsafe')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(page.url()).not.toContain(shell.token)
  expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2)
  await page.reload()
  await expect(window.row('secret')).toBeVisible()
  expect(page.url()).not.toContain(shell.token)
})

test('the page cannot connect to other servers or run foreign code', async ({
  strata: { show, window },
  expectedErrors,
}) => {
  expectedErrors.push(/Content Security Policy|policy:/)
  await show('Secrets', await memoryStore(['/secret']))
  const reach = await window.page.evaluate(async () => {
    const element = document.createElement('script')
    element.textContent = 'globalThis.injected = true'
    document.body.append(element)
    const style = document.createElement('style')
    style.textContent = 'body { --injected: 1 }'
    document.head.append(style)
    return {
      injected: 'injected' in globalThis,
      styled: getComputedStyle(document.body).getPropertyValue('--injected'),
      fetched: await fetch('https://example.org/').then(
        () => 'got it',
        () => 'refused',
      ),
    }
  })
  expect(reach).toEqual({ injected: false, styled: '', fetched: 'refused' })
})

for (const { who, hash } of [
  { who: 'without a token', hash: '' },
  { who: 'with a wrong token', hash: `#token=${'0'.repeat(43)}` },
]) {
  test(`a second page ${who} sees nothing`, async ({ strata: { shell, show, window }, browser }) => {
    await show('Secrets', await memoryStore(['/secret']))
    const context = await browser.newContext()
    const stranger = await context.newPage()
    const errors = await watchErrors(stranger)
    await stranger.goto(`${shell.address.replace(/#.*/, '')}${hash}`)
    await expect(stranger.getByRole('alert')).toContainText('Strata can’t be reached')
    await expect(stranger.getByText('secret')).toHaveCount(0)
    await expect(stranger.getByText('Secrets')).toHaveCount(0)
    expect(errors.filter(text => !text.includes('WebSocket'))).toEqual([])
    await context.close()
    await expect(window.row('secret')).toBeVisible()
  })
}
