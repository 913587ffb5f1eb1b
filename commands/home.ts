/**
 * A person's own page with the desk: what waits for them first.
 */
import type { Home } from '../src/ports/command.js';
import { helpCard } from '../src/views/desk/help.js';
import { homeBlocks } from '../src/views/desk/home.js';
import type { HelpDesk } from './paydesk.js';
import type { RemediateDesk } from './remediate/index.js';

export const home: Home<HelpDesk & Pick<RemediateDesk, 'remediation' | 'links'>> = async (
  { userId },
  { remediation, commands, links },
) =>
  homeBlocks({
    waiting: remediation ? await remediation.waitingFor(userId) : null,
    freeze: remediation ? await remediation.freezeNow() : null,
    help: helpCard(commands()).blocks,
    ...(links && { links }),
  });
