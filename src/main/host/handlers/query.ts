import type { queryProcedures } from '../../../shared/procedures/query.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'
import { describeQuery } from '../query/queries.ts'

const DONE = { done: true } as const

export function queryHandlers({ sessions, evaluators }: HostParts): HandlersOf<typeof queryProcedures> {
  return {
    'query.describe': ({ session, text }, { signal }) =>
      describeQuery(sessions.get(session), evaluators, text, signal),
    'query.open': ({ session, text }, { page }) => page.queries.open(sessions.get(session), evaluators, text),
    'query.next': ({ query, version }, { page, signal }) => page.queries.next(query, version, signal),
    'query.rows': ({ query, ...range }, { page, signal }) => page.queries.rows(query, range, signal),
    'query.keys': ({ query, offset, limit }, { page }) => ({ keys: page.queries.keys(query, offset, limit) }),
    'query.sort': async ({ query, by, descending = false }, { page }) => {
      await page.queries.sort(query, by && { by, descending })
      return DONE
    },
    'query.problems': ({ query }, { page }) => ({ problems: page.queries.problems(query) }),
    'query.stop': async ({ query }, { page }) => {
      await page.queries.stop(query)
      return DONE
    },
    'query.close': async ({ query }, { page }) => {
      await page.queries.close(query)
      return DONE
    },
  }
}
