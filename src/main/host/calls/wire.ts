import { z } from 'zod'

/** A request as birpc sends it. Everything else that arrives is ignored: the host asks nothing that is answered. */
const request = z.object({
  t: z.literal('q'),
  i: z.string().max(64).optional(),
  m: z.enum(['call', 'cancel']),
  a: z.array(z.unknown()).max(3),
  o: z.literal(true).optional(),
})

export function isRequest(message: unknown): boolean {
  return request.safeParse(message).success
}

const reply = z.object({ t: z.literal('s'), i: z.string() })

/** What to send in place of a reply that cannot be sent; `undefined` when it was no reply. */
export function unsendableReply(message: unknown, cause: unknown): unknown {
  const found = reply.safeParse(message)
  if (!found.success) return undefined
  const state = cause instanceof Error ? cause.message : 'it cannot be carried'
  const error = { code: 'UNSUPPORTED', message: `The answer could not be sent: ${state}` }
  return { t: 's', i: found.data.i, r: { ok: false, error } }
}
