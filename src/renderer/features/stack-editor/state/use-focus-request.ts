import { useEffect, useEffectEvent } from 'react'
import { useEditor, useEditorState } from './editor-context.ts'
import type { FocusRequest } from './editor-state.ts'

/**
 * Hears of each request to move the keyboard, once the page shows what it was made for.
 * @param follow Says whether the request was for it; then nobody else hears of it.
 */
export function useFocusRequest(follow: (request: FocusRequest) => boolean): void {
  const { store } = useEditor()
  const request = useEditorState(state => state.focus)
  const answer = useEffectEvent(follow)
  useEffect(() => {
    if (request === undefined || store.getState().focus !== request) return
    if (answer(request)) store.setState({ focus: undefined })
  }, [store, request])
}
