import { useEffect, useState } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { DraftKeeper } from './model/draft-keeper.ts'
import { DraftStore, draftId } from './model/draft-store.ts'
import { ValueModel } from './model/value-model.ts'

/** The model of the value at `keyText`, loaded and watched while the tab is there. */
export function useValueModel(client: Client, session: SessionInfo, keyText: string): ValueModel {
  const [known, setKnown] = useState(() => createModel(client, session, keyText))
  let model = known
  const { address } = known
  if (known.client !== client || address.session !== session.id || address.key !== keyText) {
    model = createModel(client, session, keyText, known)
    setKnown(model)
  }

  useEffect(() => model.start(), [model])

  useEffect(() => {
    const check = () => {
      if (!document.hidden) void model.check()
    }
    const flush = () => model.drafts.flush()
    window.addEventListener('focus', check)
    window.addEventListener('pagehide', flush)
    return () => {
      window.removeEventListener('focus', check)
      window.removeEventListener('pagehide', flush)
    }
  }, [model])

  // Another stack may run under the same session by now, with another value at this key.
  useEffect(() => {
    if (model.state.document.phase === 'open') void model.check()
  }, [model, session.document])

  return model
}

function createModel(client: Client, session: SessionInfo, key: string, previous?: ValueModel): ValueModel {
  const keeper = new DraftKeeper(new DraftStore(window.localStorage), draftId(session.source, key))
  return new ValueModel(client, { session: session.id, key }, keeper, previous)
}
