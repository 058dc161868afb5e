import type { SqlTable } from '../../sql/table.ts'
import { nameOf } from './catalog.ts'

/**
 * A number in the locks of this kind, so that they are not those of another program. A store that watches a table holds the
 * lock (this, number of the table), or waits for it.
 */
export const WATCH_LOCK = 0x73747261

/**
 * A trigger that notifies of each change of a table, if it is watched: a transaction that sends notifications waits for
 * others that do, so it would slow down all writers. A watcher holds a lock, or waits for it, and writers check whether
 * the lock is free.
 */
export function watchSql({ schema, name }: Pick<SqlTable, 'schema' | 'name'>): string {
  const [table, work] = [nameOf({ schema, name }), nameOf({ schema, name: `${name}_tell` })]
  return `
    CREATE OR REPLACE FUNCTION ${work}() RETURNS trigger LANGUAGE plpgsql AS $strata$
    BEGIN
      IF pg_try_advisory_xact_lock_shared(${WATCH_LOCK}, TG_RELID::int) THEN RETURN NULL; END IF;
      IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.k <> NEW.k) THEN
        PERFORM pg_notify('strata_' || TG_RELID, '-' || encode(OLD.k, 'base64'));
      END IF;
      IF TG_OP <> 'DELETE' THEN
        PERFORM pg_notify('strata_' || TG_RELID, '+' || encode(NEW.k, 'base64'));
      END IF;
      RETURN NULL;
    END $strata$;
    CREATE TRIGGER strata_tell AFTER INSERT OR UPDATE OR DELETE ON ${table}
      FOR EACH ROW EXECUTE FUNCTION ${work}();`
}
