import { z } from 'zod'
import { fault } from '../../layers/fault.ts'
import { rateLimit } from '../../layers/rate-limit.ts'
import { retry } from '../../layers/retry.ts'
import { timeout } from '../../layers/timeout.ts'
import { defineKind, onlyChild } from '../kind.ts'

const wrapper = { children: 'one', childrenField: 'store', data: 'below', isStateless: true } as const

export const retryKind = defineKind({
  ...wrapper,
  kind: 'retry',
  label: 'Retry',
  help: 'Makes a call again when it fails in a way that may pass, and waits longer each time.',
  schema: z.strictObject({
    attempts: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(4)
      .meta({ description: 'How many times a call is made at the most.', 'x-words': 'up to {} times' }),
    delay: z
      .number()
      .nonnegative()
      .default(50)
      .meta({ description: 'How long it waits before the second attempt.', 'x-words': 'first after {} ms' }),
    maxDelay: z
      .number()
      .nonnegative()
      .default(5000)
      .meta({ description: 'How long it waits at the most.', 'x-words': 'waits at most {} ms' }),
  }),
  open: async (options, children, { path }) => retry(onlyChild(children, path), options),
})

export const timeoutKind = defineKind({
  ...wrapper,
  kind: 'timeout',
  label: 'Timeout',
  help: 'Ends calls that take too long.',
  schema: z.strictObject({
    milliseconds: z
      .number()
      .positive()
      .max(2 ** 31 - 1)
      .default(10_000)
      .meta({ description: 'How long a call may take.', 'x-words': 'within {} ms' }),
  }),
  open: async ({ milliseconds }, children, { path }) => timeout(onlyChild(children, path), milliseconds),
})

export const rateLimitKind = defineKind({
  ...wrapper,
  kind: 'rate-limit',
  label: 'Rate limit',
  help: 'Lets so many calls a second through; others wait.',
  schema: z.strictObject({
    perSecond: z.number().positive().default(100).meta({
      description: 'How many calls it lets through in the long run.',
      'x-words': '{} calls a second',
    }),
    burst: z.number().positive().optional().meta({
      description: 'How many it lets through at once after a quiet time. Default: those of one second.',
      'x-words': '{} calls at once',
    }),
  }),
  open: async (options, children, { path }) => rateLimit(onlyChild(children, path), options),
})

export const faultKind = defineKind({
  ...wrapper,
  kind: 'fault',
  label: 'Faults',
  help: 'Fails as told, to see what a stack makes of it. Not for real data.',
  schema: z.strictObject({
    latency: z
      .number()
      .nonnegative()
      .default(0)
      .meta({ description: 'How much longer each call takes.', 'x-words': '{} ms slower' }),
    errorRate: z.number().min(0).max(1).default(0).describe('The share of calls that fail, from 0 to 1.'),
    lostRate: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('The share of calls that happen and are said to have failed, from 0 to 1.'),
    isOffline: z.boolean().default(false).describe('The store cannot be reached at all.'),
  }),
  open: async (options, children, { path }) => fault(onlyChild(children, path), { ...options }),
})
