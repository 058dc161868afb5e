import type { Key } from '../../../src/core/key.ts'
import { openDocument } from '../../../src/core/stack/running-stack.ts'
import type { ApplyOptions, Stack } from '../../../src/core/stack/stack.ts'
import { bytesOf, Disks, textOf } from './stack-kinds.ts'

/** A stack with short ways to use and change it. */
export async function opened(root: object, disks = new Disks()) {
  const stack = await openDocument(documentOf(root), disks.registry)
  return {
    disks,
    stack,
    store: stack.store,
    plan: (next: object) => stack.plan(documentOf(next)),
    apply: (next: object, options?: ApplyOptions) => stack.apply(documentOf(next), options),
    put: (to: Key, text: string) => stack.store.put(to, bytesOf(text)),
    get: async (from: Key) => textOf(await stack.store.get(from)),
  }
}

export const documentOf = (root: object) => ({ strata: 1, root })
export const disk = (name: string, more: object = {}) => ({ kind: 'disk', id: name, name, ...more })
export const memory = (id: string, more: object = {}) => ({ kind: 'memory', id, ...more })
export const tiered = (tiers: object[], more: object = {}) => ({
  kind: 'tiered',
  id: 'tiers',
  tiers,
  ...more,
})
export const sharded = (shards: object[], more: object = {}) => ({
  kind: 'sharded',
  id: 'shards',
  shards,
  ...more,
})
export const fault = (store: object) => ({ kind: 'fault', id: 'f', store })
export const retry = (store: object, more: object = {}) => ({ kind: 'retry', id: 'retry', store, ...more })

/** The fate of each node in a plan. */
export const fatesOf = async (plan: ReturnType<Stack['plan']>) =>
  Object.fromEntries((await plan).nodes.map(({ id, fate }) => [id, fate]))
