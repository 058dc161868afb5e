import { expect, it } from 'vitest'
import { LaunchTickets } from '../../../src/main/web/launch-tickets.ts'

it('a ticket is valid once', () => {
  const tickets = new LaunchTickets()
  const [first, second] = [tickets.issue(), tickets.issue()]
  expect(first).toMatch(/^\/launch\/[\w-]{43}$/)
  expect(tickets.redeem(first)).toBe(true)
  expect(tickets.redeem(first)).toBe(false)
  expect(tickets.redeem(second)).toBe(true)
})

it('a ticket that was not used within a minute is invalid', () => {
  let now = 1_000
  const tickets = new LaunchTickets(() => now)
  const used = tickets.issue()
  const late = tickets.issue()
  now += 59_999
  expect(tickets.redeem(used)).toBe(true)
  now += 1
  expect(tickets.redeem(late)).toBe(false)
})

it('a ticket that was never issued is invalid', () => {
  const tickets = new LaunchTickets()
  tickets.issue()
  expect(tickets.redeem('/launch/')).toBe(false)
  expect(tickets.redeem('/')).toBe(false)
})
