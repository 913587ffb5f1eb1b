/**
 * A person's own page with the desk: what waits for them first.
 *
 * Invariant: only members of the workspace read of requests and freezes; everybody else gets the help alone.
 */
import type { Home } from '../src/ports/command.js';
import { helpCard } from '../src/views/desk/help.js';
import { homeBlocks } from '../src/views/desk/home.js';
import { isMember } from './door.js';
import type { HelpDeps } from './paydesk.js';
import { writerFor } from './remediate/deps.js';
import type { RemediateDeps } from './remediate/index.js';

type HomeDeps = HelpDeps & Pick<RemediateDeps, 'remediation' | 'links' | 'directory'>;

export const home: Home<HomeDeps> = async ({ userId }, { remediation, commands, links, directory }) => {
  const shown = remediation && (await isMember({ directory }, userId)) ? remediation : null;
  return homeBlocks({
    waiting: shown ? await shown.waitingFor(userId) : null,
    freeze: shown ? await shown.freezeNow() : null,
    help: helpCard(commands()).blocks,
    write: await writerFor({ directory }, userId),
    ...(links && { links }),
  });
};
