import type { WorkspaceState } from '../../../shared/procedures/workspace.ts'

/** What is remembered from one start to the next, as a shell may look at it. */
export interface WorkspaceView {
  readonly state: WorkspaceState
  /** @returns A function that ends the subscription. */
  onChange(listener: (state: WorkspaceState) => void): () => void
}
