/**
 * Two sandboxes on one data folder.
 */
import { expect, it } from 'vitest';
import { claim } from '../../sandbox/claim.js';
import { createEmptyDatabase } from '../support/postgres.js';

it('a folder has one sandbox at a time, and is free again when that one is gone', async () => {
  const database = await createEmptyDatabase();
  const url = database.url.reveal();
  const first = await claim('/home/ana/.paydesk', url);
  await expect(claim('/home/ana/.paydesk', url)).rejects.toThrow(
    /\/home\/ana\/\.paydesk is in use.*\n→ Stop that one/,
  );
  await first.close();
  await (await claim('/home/ana/.paydesk', url)).close();
  await database.drop();
});
