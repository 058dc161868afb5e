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
  let loading: Promise<ComponentType<Props>> | undefined

  function begin(): Promise<ComponentType<Props>> {
    const begun = importComponent()
    begun.then(
      // As React marks promises for itself: `use` gives the value of a fulfilled one without suspending.
      value => Object.assign(begun, { status: 'fulfilled', value }),
      () => {
        loading = undefined
      },
    )
    return begun
  }

  function Loaded(props: Props) {
    const Component = use((loading ??= begin()))
    return <Component {...props} />
  }
  return Object.assign(Loaded, {
    displayName: name,
    async load() {
      await (loading ??= begin())
    },
  })
}
