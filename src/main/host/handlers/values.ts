import type { valueProcedures } from '../../../shared/procedures/values.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import type { HostParts } from '../host-parts.ts'

export function valueHandlers({ values }: HostParts): HandlersOf<typeof valueProcedures> {
  return {
    'values.decode': async ({ bytes, name, choice }, { signal }) => {
      const { pipeline, sizes, ...decoded } = await values.decode(bytes, name, choice, signal)
      return { ...decoded, pipeline: [...pipeline], sizes: [...sizes] }
    },
    'values.encode': async ({ shown, pipeline, stored }, { signal }) => ({
      bytes: await values.encode(shown, pipeline, stored, signal),
    }),
  }
}
