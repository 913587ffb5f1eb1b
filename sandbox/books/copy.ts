/**
 * COPY into a table, line by line, on one connection.
 */
import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export interface Copy {
  write(lines: string[]): Promise<void>;
  end(): Promise<void>;
}

/** A COPY under way. A failure of the server surfaces at the next write or at the end. */
export function openCopy(client: pg.PoolClient, table: string): Copy {
  const stream = client.query(copyFrom(`copy ${table} from stdin with (null '')`));
  const finished = once(stream, 'finish');
  // Awaited at the end; until then a failure must not count as unhandled.
  finished.catch(() => undefined);
  return {
    write: async (lines) => {
      if (!stream.write(lines.join(''))) await Promise.race([once(stream, 'drain'), finished]);
    },
    end: async () => {
      stream.end();
      await finished;
    },
  };
}
