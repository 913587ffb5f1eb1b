/**
 * Votes that wait for their confirmation, kept in memory: a stateful stand-in for what the remediation domain does.
 */
import type {
  ConfirmationRefusal,
  Confirmer,
  OpenConfirmation,
  VoteConfirmations,
} from '../../src/ports/vote-confirmations.js';

export interface FakeConfirmations extends VoteConfirmations {
  /** Makes a link's token. */
  add(token: string, vote: Partial<OpenConfirmation>): void;
  /** What became of the tokens, in order. */
  decisions: { token: string; decision: 'confirmed' | 'withdrawn'; by: Confirmer }[];
  refuse(token: string, why: ConfirmationRefusal): void;
  change(token: string, vote: Partial<OpenConfirmation>): void;
  /** Every later call fails with this; null ends it. */
  failWith(error: Error | null): void;
  looks(): number;
}

const vote: OpenConfirmation = {
  kind: 'open',
  requestId: 'req_01',
  voterName: 'Ana Ribeiro',
  voterEmail: 'ana@larkspur-pay.example',
  title: 'Refund €1,200.00 of payment pi_3Q',
  lines: ['Refund €1,200.00 of €1,200.00', 'To the card ending 4242', 'It cannot be undone'],
  planHash: '9f2c1e',
  expiresAt: new Date('2026-11-20T10:00:00Z'),
};

export function fakeConfirmations(): FakeConfirmations {
  const votes = new Map<string, OpenConfirmation>();
  const refusals = new Map<string, ConfirmationRefusal>();
  const decisions: FakeConfirmations['decisions'] = [];
  let failure: Error | null = null;
  let looks = 0;
  const find = (token: string): OpenConfirmation | { kind: 'refused'; why: ConfirmationRefusal } => {
    if (failure) throw failure;
    const found = votes.get(token);
    const why = refusals.get(token) ?? (found ? null : 'unknown');
    return why === null && found ? found : { kind: 'refused', why: why ?? 'unknown' };
  };
  const decide = <Decision extends 'confirmed' | 'withdrawn'>(
    token: string,
    by: Confirmer,
    decision: Decision,
  ) => {
    const found = find(token);
    if (found.kind === 'refused') return found;
    refusals.set(token, 'used');
    decisions.push({ token, decision, by });
    return { kind: decision, title: found.title };
  };
  return {
    decisions,
    add: (token, details) => void votes.set(token, { ...vote, ...details }),
    change: (token, details) => void votes.set(token, { ...(votes.get(token) ?? vote), ...details }),
    refuse: (token, why) => void refusals.set(token, why),
    failWith: (error) => void (failure = error),
    looks: () => looks,
    look: async (token) => {
      looks++;
      return Promise.resolve().then(() => find(token));
    },
    confirm: (token, by) => Promise.resolve().then(() => decide(token, by, 'confirmed')),
    withdraw: (token, by) => Promise.resolve().then(() => decide(token, by, 'withdrawn')),
  };
}
