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
  help: 'Retries calls that fail with a transient error, and waits longer before each retry.',
  schema: z.strictObject({
    attempts: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(4)
      .meta({ description: 'The maximum number of attempts.', 'x-words': 'up to {} times' }),
    delay: z
      .number()
      .nonnegative()
      .default(50)
      .meta({ description: 'The wait before the second attempt.', 'x-words': 'first after {} ms' }),
    maxDelay: z
      .number()
      .nonnegative()
      .default(5000)
      .meta({ description: 'The longest wait between two attempts.', 'x-words': 'waits at most {} ms' }),
  }),
  open: async (options, children, { path }) => retry(onlyChild(children, path), options),
})

export const timeoutKind = defineKind({
  ...wrapper,
  kind: 'timeout',
  label: 'Timeout',
  help: 'Fails calls that take longer than a limit.',
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
  help: 'Limits the number of calls per second. Further calls wait.',
  schema: z.strictObject({
    perSecond: z.number().positive().default(100).meta({
      description: 'The average number of calls per second.',
      'x-words': '{} calls a second',
    }),
    burst: z.number().positive().optional().meta({
      description:
        'The number of calls that may run at once after a pause. Default: the calls of one second.',
      'x-words': '{} calls at once',
    }),
  }),
  open: async (options, children, { path }) => rateLimit(onlyChild(children, path), options),
})

export const faultKind = defineKind({
  ...wrapper,
  kind: 'fault',
  label: 'Faults',
  help: 'Adds failures and delays, to test how a stack handles them. Not for real data.',
  schema: z.strictObject({
    latency: z
      .number()
      .nonnegative()
      .default(0)
      .meta({ description: 'The delay that is added to each call.', 'x-words': '{} ms slower' }),
    errorRate: z.number().min(0).max(1).default(0).describe('The share of calls that fail, from 0 to 1.'),
    lostRate: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('The share of calls that take effect but report a failure, from 0 to 1.'),
    isOffline: z.boolean().default(false).describe('Every call fails as if the store were unreachable.'),
  }),
  open: async (options, children, { path }) => fault(onlyChild(children, path), { ...options }),
})
