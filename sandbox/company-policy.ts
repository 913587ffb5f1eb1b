/**
 * What the company of the sandbox allows: `remediation` of its `paydesk.yaml`, as its head of payments would write it.
 *
 * Invariant: every way a request can go can be tried by the seven people of the workspace: one approval, two, a typed
 * amount, a standing approval, a confirmation outside Slack after a cooling-off time, a broken glass, the kill switch. Limits are such that
 * eight weeks of payments hold some for each rule.
 */
import type { State } from './slack/wire.js';
import { eurRates } from './world/rates.js';

interface PolicyFacts {
  state: State;
  /** Handle → id, as `usergroups.list` says. */
  groups: ReadonlyMap<string, string>;
  now: Date;
}

/** The groups of a workspace, asked as any app asks for them. */
export async function userGroups(apiUrl: string, botToken: string): Promise<Map<string, string>> {
  const headers = { authorization: `Bearer ${botToken}` };
  const response = await fetch(new URL('usergroups.list', apiUrl), { method: 'POST', headers });
  const { usergroups = [] } = (await response.json()) as { usergroups?: { handle: string; id: string }[] };
  return new Map(usergroups.map(({ handle, id }) => [handle, id]));
}

export function companyPolicy({ state, groups, now }: PolicyFacts): object {
  const channel = (name: string): string => state.channels.find((known) => known.name === name)?.id ?? '';
  const group = (handle: string): string => groups.get(handle) ?? '';
  const date = new Date(now.getTime() - 86_400_000).toISOString().slice(0, 10);
  const everyday = { request: ['operators', 'approvers'], approve: ['approvers', 'leads'] };
  return {
    channels: { approvals: channel('approvals'), alarm: channel('break-glass') },
    reportingCurrency: 'EUR',
    rates: Object.entries(eurRates).map(([currency, rate]) => ({ date, currency, rate: String(rate) })),
    groups: {
      operators: group('payments-operators'),
      approvers: group('payments-approvers'),
      leads: group('payments-leads'),
    },
    expiry: '1h',
    rules: [
      {
        id: 'operations',
        actions: ['pause-route', 'resume-route', 'replay-event', 'request-statement', 'message-partner'],
        ...everyday,
        approvals: 1,
      },
      { id: 'standing', actions: ['arm-route'], upTo: '20000', ...everyday, approvals: 1 },
      { id: 'everyday', actions: 'any', upTo: '500', ...everyday, approvals: 1 },
      { id: 'large', actions: 'any', upTo: '800', ...everyday, approvals: 2, typeAmount: true },
      {
        id: 'exceptional',
        actions: 'any',
        ...everyday,
        approve: ['leads'],
        approvals: 1,
        coolingOff: '30s',
        typeAmount: true,
        confirmOutside: true,
      },
    ],
    caps: [
      { id: 'refunds-an-hour', per: 'requester', actions: ['refund-payment'], within: '1h', limit: '5000' },
      { id: 'refunds-a-day', per: 'partner', actions: ['refund-payment'], within: '1d', limit: '50000' },
    ],
    breakGlass: { groups: ['leads'], reviewWithin: '24h' },
    killSwitch: { freeze: ['operators', 'approvers'], lift: ['approvers', 'leads'] },
  };
}
