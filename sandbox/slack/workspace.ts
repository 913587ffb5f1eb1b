/**
 * The company that the workspace belongs to: its people, channels and user groups.
 * Invariant: plain data with names only; ids are made from the seed when the store is built. The bot is not a member
 * of #random, so that `not_in_channel` can be met.
 */
export interface SeedUser {
  name: string;
  real_name: string;
  title: string;
  tz: string;
  color: string;
  is_restricted?: boolean;
  /** Domain of another company, for a person who is here through a shared channel (Slack Connect). */
  company?: string;
  /** Left the company: deactivated, still in old messages and perhaps in a group. */
  deleted?: boolean;
}

export interface SeedChannel {
  name: string;
  topic: string;
  purpose: string;
  /** Names of people; everyone who is neither a guest nor deactivated when absent. */
  members?: string[];
  is_private?: boolean;
  /** Whether the bot is a member; true when absent. */
  bot?: boolean;
}

interface SeedGroup {
  handle: string;
  name: string;
  users: string[];
  /** It reaches no one any more. */
  disabled?: boolean;
}

export interface Workspace {
  team: { name: string; domain: string };
  users: SeedUser[];
  channels: SeedChannel[];
  groups: SeedGroup[];
}

/**
 * A payments company: the six who touch money when something goes wrong, one guest, one who left, and two people of a
 * partner, who share a channel with them.
 */
export const larkspur: Workspace = {
  team: { name: 'Larkspur Pay', domain: 'larkspur-pay' },
  users: [
    {
      name: 'ana',
      real_name: 'Ana Ribeiro',
      title: 'Payments operations lead',
      tz: 'Europe/Lisbon',
      color: '#0f766e',
    },
    {
      name: 'tomas',
      real_name: 'Tomáš Novák',
      title: 'Finance operations',
      tz: 'Europe/Prague',
      color: '#1d4ed8',
    },
    { name: 'mei', real_name: 'Mei Tanaka', title: 'Dispute analyst', tz: 'Asia/Tokyo', color: '#be185d' },
    {
      name: 'kofi',
      real_name: 'Kofi Mensah',
      title: 'Partner manager',
      tz: 'Africa/Accra',
      color: '#b45309',
    },
    {
      name: 'ines',
      real_name: 'Inés Duarte',
      title: 'Engineer on call',
      tz: 'America/Sao_Paulo',
      color: '#6d28d9',
    },
    {
      name: 'lars',
      real_name: 'Lars Holm',
      title: 'Head of payments',
      tz: 'Europe/Stockholm',
      color: '#15803d',
    },
    {
      name: 'priya',
      real_name: 'Priya Shah',
      title: 'External auditor (guest)',
      tz: 'Europe/London',
      color: '#64748b',
      is_restricted: true,
    },
    {
      name: 'ruben',
      real_name: 'Ruben Maas',
      title: 'Payments operations (left)',
      tz: 'Europe/Amsterdam',
      color: '#78716c',
      deleted: true,
    },
    {
      name: 'nora',
      real_name: 'Nora Lindqvist',
      title: 'Partner support at Northpay',
      tz: 'Europe/Oslo',
      color: '#0369a1',
      company: 'northpay',
    },
    {
      name: 'owen',
      real_name: 'Owen Clarke',
      title: 'Integration engineer at Northpay',
      tz: 'Europe/London',
      color: '#9f1239',
      company: 'northpay',
    },
  ],
  channels: [
    { name: 'general', topic: 'Company-wide announcements', purpose: 'Everyone is here' },
    { name: 'payments-ops', topic: 'Where is the money?', purpose: 'Look up payments, fix what is stuck' },
    {
      name: 'partner-alerts',
      topic: 'Partner health',
      purpose: 'Outages and anomalies of PSPs, banks and networks',
    },
    {
      name: 'reconciliation',
      topic: 'Breaks and business days',
      purpose: 'Daily reconciliation against statements',
      members: ['ana', 'tomas', 'lars', 'kofi', 'ines', 'priya'],
    },
    {
      name: 'approvals',
      topic: 'Four eyes on every action',
      purpose: 'Requests that need another person',
      members: ['ana', 'tomas', 'lars', 'kofi', 'ines', 'mei'],
    },
    { name: 'audit-log', topic: 'Daily head of the audit log', purpose: 'A witness outside the database' },
    { name: 'incidents', topic: 'Open incidents', purpose: 'One thread for each incident' },
    {
      name: 'disputes',
      topic: 'Deadlines first',
      purpose: 'Chargebacks, evidence, early fraud warnings',
      members: ['ana', 'mei', 'lars', 'tomas'],
      is_private: true,
    },
    {
      name: 'break-glass',
      topic: 'Break-glass and freezes',
      purpose: 'Actions that somebody took without the usual approvals, and their reviews',
    },
    { name: 'random', topic: 'Cats and coffee', purpose: 'Everything else', bot: false },
    {
      name: 'northpay-shared',
      topic: 'Larkspur Pay and Northpay',
      purpose: 'Shared with Northpay: nothing confidential here',
      members: ['ana', 'kofi', 'ines', 'nora', 'owen'],
    },
  ],
  groups: [
    {
      handle: 'payments-operators',
      name: 'Payments operators',
      users: ['ana', 'tomas', 'kofi', 'mei', 'ines'],
    },
    { handle: 'payments-approvers', name: 'Payments approvers', users: ['ana', 'lars', 'tomas'] },
    { handle: 'payments-leads', name: 'Payments leads', users: ['lars', 'ana'] },
    { handle: 'finance-ops', name: 'Finance operations', users: ['tomas'] },
    { handle: 'dispute-analysts', name: 'Dispute analysts', users: ['mei'] },
    { handle: 'on-call', name: 'Engineers on call', users: ['ines'] },
  ],
};
