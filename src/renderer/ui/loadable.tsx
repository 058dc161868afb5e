import { type ComponentType, type FunctionComponent, use } from 'react'

export type Loadable<Props> = FunctionComponent<Props> & {
  /** Loads the code ahead of need. Rejects when it can't be had; the next need asks for it again. */
  readonly load: () => Promise<void>
}

/**
 * A component whose code comes when it is first drawn, below a `Suspense`, or before. Unlike `lazy` it does not suspend
 * once the code is there: React keeps a fallback that was drawn for a moment on the screen for 300 ms.
 */
export function loadable<Props extends object>(
  name: string,
  importComponent: () => Promise<ComponentType<Props>>,
): Loadable<Props> {
  let ready: ComponentType<Props> | undefined
  let loading: Promise<ComponentType<Props>> | undefined

  async function fetch(): Promise<ComponentType<Props>> {
    try {
      return (ready = await importComponent())
    } catch (error) {
      loading = undefined
      throw error
    }
  }

  function Loading(props: Props) {
    const Component = ready ?? use((loading ??= fetch()))
    return <Component {...props} />
  }
  return Object.assign(Loading, {
    displayName: name,
    async load() {
      await (loading ??= fetch())
    },
  })
}
