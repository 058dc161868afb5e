import { join } from 'node:path'
import type { Locator } from '@playwright/test'
import { noRedis, type RedisServer, startRedis } from '../servers/redis.ts'
import { type Program, startProgram } from './program.ts'
import { expect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

test.skip(noRedis !== undefined, noRedis ?? '')

/** Users of another program, each with a name and a hash. */
const USERS = 10_000
const FILL = `for i = 0, ${USERS - 1} do
  redis.call('SET', 'user:' .. i .. ':name', 'Name ' .. i)
  redis.call('HSET', 'user:' .. i .. ':cart', 'apples', i)
end`

let server: RedisServer
let program: Program
test.beforeEach(async ({ folder }) => {
  server = await startRedis()
  await server.cli('EVAL', FILL, '0')
  await server.cli('SAVE')
  program = await startProgram(join(folder, 'data'), ['--port', '0'])
})
test.afterEach(async ({ page }) => {
  await page.close()
  await program.stop()
  await server.stop()
})

test('E24 E23 a server of another program is opened and browsed by keyboard, is lost with an edit unsaved, and takes it when it is back', async ({
  page,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const window = new StrataWindow(page)
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const tabTo = async (target: Locator) => {
    const hasFocus = () => target.evaluate(element => element.matches(':focus'))
    while (!(await hasFocus())) await press('Tab')
  }
  await window.open(program.address)
  await page.evaluate(text => navigator.clipboard.writeText(text), server.url)
  await press('Control+v')
  const named = page.getByRole('dialog', { name: 'Open', exact: true }).getByRole('option')
  await expect(named).toHaveText(`Redis at 127.0.0.1:${server.port}`)
  await press('Enter')
  const form = page.getByRole('dialog', { name: 'Connect to Redis' })
  await expect(form).toBeVisible()
  await press('Enter')
  await expect(form).toBeHidden()

  // The tree, down to a hash.
  await expect(window.row('user')).toBeVisible()
  await press('Control+Shift+e')
  await expect(window.keys).toBeFocused()
  await press('Home', 'ArrowRight')
  await expect(window.row('0')).toBeVisible()
  await expect(window.row('user')).toContainText('10,000')
  await press('ArrowRight', 'ArrowRight')
  await expect(window.row('cart')).toBeVisible()
  await press('ArrowRight', 'Enter')
  await expect(window.value).toBeVisible()
  // The keyboard goes on to the value.
  await press('Alt+Shift+e')
  await tabTo(window.value)
  expect(JSON.parse(await window.text())).toEqual({ hash: { apples: '0' } })
  await window.pasteOver(window.value, '{"hash":{"apples":"5"}}')
  await window.save()
  expect(await server.cli('HGETALL', 'user:0:cart')).toBe('apples\n5')
  await server.cli('SAVE')

  await window.pasteOver(window.value, '{"hash":{"apples":"6","pears":"1"}}')
  await server.kill()
  const bar = page.getByRole('alert').filter({ hasText: 'Strata tries again by itself' })
  await expect(bar).toHaveCount(1)
  await expect(bar).toContainText(`127.0.0.1:${server.port}`)
  await press('Control+s')
  const failure = page.getByRole('tabpanel').getByRole('alert')
  await expect(failure).toContainText('the server cannot be reached')
  // What is looked at meanwhile fails in its place, and not once more in a notification.
  await press('Control+Shift+e', 'Home', 'ArrowDown', 'ArrowDown', 'ArrowDown')
  const told = window.notifications.getByRole('listitem').filter({ hasText: 'reached' })
  await expect(told).toHaveCount(0)
  await expect(bar).toHaveCount(1)

  server = await server.restart()
  await expect(bar).toBeHidden({ timeout: 20_000 })
  await expect(window.notifications).toContainText(`The server of "127.0.0.1:${server.port}" is back`)
  await expect(window.row('user')).toContainText('10,000')
  await expect(window.row('cart')).toBeVisible()
  expect(JSON.parse(await window.text())).toEqual({ hash: { apples: '6', pears: '1' } })
  await press('Alt+Shift+e', 'Control+s')
  await expect(failure).toBeHidden()
  await expect(window.put).toBeDisabled()
  expect(await server.cli('HGETALL', 'user:0:cart')).toBe('apples\n6\npears\n1')
})
