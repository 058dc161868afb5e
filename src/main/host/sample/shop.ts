import { json, jsonEntry, Random, type SampleEntry } from './sample-entry.ts'

const GIVEN = ['Ada', 'Björn', 'Chiara', 'Dmitri', 'Élodie', 'Farid', 'Grace', 'Hana', 'Ívar', 'Jun'] as const
const FAMILY = ['Almeida', 'Bergström', 'Chen', 'Dvořák', 'Eriksen', 'Fontaine', 'García', 'Haddad'] as const
const ITEMS = ['ticket', 'poster', 'book', 'annual pass', '16 mm reel'] as const
const BROWSERS = ['Firefox', 'Chromium', 'Safari'] as const

const CUSTOMERS = 40
const ORDERS = 120
const SESSIONS = 40

/** Customers, what they ordered, and who is signed in. */
export function shopEntries(): SampleEntry[] {
  const random = new Random(1929)
  return [...customerEntries(random), ...orderEntries(random), ...sessionEntries(random)]
}

function customerEntries(random: Random): SampleEntry[] {
  return Array.from({ length: CUSTOMERS }, (_, index) => {
    const id = 1001 + index
    const name = `${random.pick(GIVEN)} ${random.pick(FAMILY)}`
    return jsonEntry(`/customers/Customer:${id}`, {
      id: json(id),
      name: json(name),
      // Leading zeros matter, so this number is a text.
      membership: json(String(index * 37).padStart(6, '0')),
      balance: `${random.below(90)}.${random.below(10)}0`,
      since: json(`20${10 + random.below(16)}-0${1 + random.below(9)}-1${random.below(10)}`),
    })
  })
}

function orderEntries(random: Random): SampleEntry[] {
  return Array.from({ length: ORDERS }, (_, index) => {
    const month = String(1 + Math.floor((index * 12) / ORDERS)).padStart(2, '0')
    const lines = Array.from({ length: 1 + random.below(3) }, () => ({
      item: random.pick(ITEMS),
      count: 1 + random.below(4),
    }))
    return jsonEntry(`/orders/2025/${month}/Order:${20_000 + index}`, {
      customer: json(`/customers/Customer:${1001 + random.below(CUSTOMERS)}`),
      lines: json(lines),
      total: `${5 + random.below(95)}.${random.pick(['00', '50', '99'])}`,
      isPaid: json(random.below(10) > 0),
    })
  })
}

function sessionEntries(random: Random): SampleEntry[] {
  return Array.from({ length: SESSIONS }, () =>
    jsonEntry(`/sessions/${random.hex(4)}`, {
      customer: json(`/customers/Customer:${1001 + random.below(CUSTOMERS)}`),
      browser: json(random.pick(BROWSERS)),
      // Nanoseconds since 1970, which need 64 bits.
      seenAt: `17${35 + random.below(30)}${100_000_000 + random.below(900_000_000)}000${random.below(9)}`,
    }),
  )
}
