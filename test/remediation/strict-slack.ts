/**
 * A company in the stand-in for Slack with Slack's own limits, for crowds of approvals on several replicas.
 */
import { startSlack } from '../../sandbox/slack/server.js';
import type { ApiCall, FaultRequest, State } from '../../sandbox/slack/wire.js';
import { paydeskManifest } from '../sandbox/slack/support.js';
import type { SlackAddress } from './strict-desk.js';

export interface StrictSlack extends SlackAddress {
  /** User ids. */
  operators: readonly string[];
  approvers: readonly string[];
  leads: readonly string[];
  faults(request: FaultRequest): Promise<void>;
  /** All calls since the start, as long as this is asked every few seconds. */
  calls(): Promise<readonly ApiCall[]>;
  close(): Promise<void>;
}

const named = (role: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${role}${at}`);
const roles = { operators: named('operator', 30), approvers: named('approver', 6), leads: named('lead', 3) };

export async function startStrictSlack(): Promise<StrictSlack> {
  const users = Object.values(roles)
    .flat()
    .map((name) => ({ name, real_name: name, title: '', tz: 'UTC', color: '#000000' }));
  const slack = await startSlack({
    port: 0,
    seed: 'approvals',
    manifest: paydeskManifest,
    rateLimits: true,
    workspace: {
      team: { name: 'Crowd', domain: 'crowd' },
      users,
      channels: [{ name: 'general', topic: '', purpose: '' }],
      groups: Object.entries(roles).map(([handle, members]) => ({ handle, name: handle, users: members })),
    },
  });
  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${slack.url}/_sandbox/${path}`)).json()) as T;
  const post = async (path: string, body: object): Promise<unknown> =>
    (await fetch(`${slack.url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) })).json();
  const state = await get<State>('state');
  const idOf = (name: string): string => state.users.find((user) => user.name === name)?.id ?? '';
  const groups: Record<string, string> = {};
  for (const handle of Object.keys(roles))
    groups[handle] = ((await post('group', { group: handle })) as { group: { id: string } }).group.id;
  const seen = new Map<number, ApiCall>();
  return {
    apiUrl: slack.apiUrl,
    token: slack.credentials.botToken,
    groups,
    operators: roles.operators.map(idOf),
    approvers: roles.approvers.map(idOf),
    leads: roles.leads.map(idOf),
    faults: async (request) => {
      await post('faults', request);
    },
    calls: async () => {
      for (const call of (await get<{ calls: ApiCall[] }>('calls')).calls) seen.set(call.id, call);
      return [...seen.values()];
    },
    close: () => slack.close(),
  };
}
