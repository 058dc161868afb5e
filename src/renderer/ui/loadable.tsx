import { type ComponentType, type FunctionComponent, use } from 'react'

export type Loadable<Props> = FunctionComponent<Props> & {
  /** Loads the code in advance. Rejects if that fails; the next use tries again. */
  readonly load: () => Promise<void>
}

/**
 * A component whose code is loaded when it is first rendered, below a `Suspense`, or before. Unlike `lazy` it does not
 * suspend once the code is loaded: React shows a fallback for at least 300 ms.
 */
export function loadable<Props extends object>(
  name: string,
  importComponent: () => Promise<ComponentType<Props>>,
): Loadable<Props> {
  let loading: Promise<ComponentType<Props>> | undefined

  function begin(): Promise<ComponentType<Props>> {
    const imported = importComponent()
    imported.then(
      // The fields that React sets itself: `use` returns the value of such a promise without suspending.
      value => Object.assign(imported, { status: 'fulfilled', value }),
      () => {
        loading = undefined
      },
    )
    return imported
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
