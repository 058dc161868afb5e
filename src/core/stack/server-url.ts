import { z } from 'zod'

/**
 * The schema of a server's address. An address with a password is refused; no message repeats an address, as one that
 * cannot be read may hold one too.
 * @param protocols What an address may begin with, without the colon: `['redis', 'rediss']`.
 */
export function serverUrl(protocols: readonly string[]) {
  const allowed = protocols.map(protocol => `${protocol}://`).join(' or ')
  return z
    .string({ error: `it has to be an address that begins with ${allowed}` })
    .check(context => {
      const problem = addressProblem(context.value, protocols, allowed)
      if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: undefined })
    })
    .meta({ format: 'server-url', 'x-protocols': protocols })
}

function addressProblem(text: string, protocols: readonly string[], allowed: string): string | undefined {
  const url = URL.parse(text)
  if (url === null) return `it is no address; it has to begin with ${allowed} and a host`
  if (!protocols.includes(url.protocol.slice(0, -1))) return `an address begins with ${allowed} here`
  if (url.hostname === '') return 'the address names no host'
  if (url.password !== '') {
    return 'the address holds a password; take it out and name a secret, as "password": { "secret": "prod-redis" }'
  }
  return undefined
}
