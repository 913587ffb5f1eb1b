/**
 * The desk over the table bank that asks a Slack who may do what. A file of its own because replicas load it, and starting
 * a Slack takes them longer than what they are started for.
 */
import { createSharedAnswers } from '../../src/adapters/postgres/shared-answers.js';
import type { Database } from '../../src/adapters/postgres/database.js';
import { slackClient } from '../../src/adapters/slack/client.js';
import { createDirectory } from '../../src/adapters/slack/directory.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { RemediationService } from '../../src/remediation/remediation.js';
import { policy } from './people.js';
import { tableDesk } from './table-bank.js';

/** What a replica has to know, as an argument of its process. */
export interface SlackAddress {
  apiUrl: string;
  token: string;
  /** Name in the policy → user group id. */
  groups: Record<string, string>;
}

/** The desk over the table bank, with this Slack as its directory. */
export function strictDesk(
  db: Database,
  { apiUrl, token, groups }: SlackAddress,
  overrides: Parameters<typeof tableDesk>[1] = {},
): RemediationService {
  return tableDesk(db, {
    directory: createDirectory({
      client: slackClient(new Secret(token), apiUrl, silentLog),
      answers: createSharedAnswers(db, silentLog),
      groups: Object.values(groups),
    }),
    policy: { ...policy, caps: [], groups },
    ...overrides,
  });
}
