/**
 * Cancels a payout before it sets out for the bank: the money stays on the balance with the provider.
 *
 * Reading back: a payout that is cancelled stays cancelled, so the effect exists exactly once, no matter who requested it. In any
 * other status it is certainly not cancelled; the same order is refused if it comes too late.
 * Deliberately absent: automatic payouts, which no provider lets anybody cancel.
 */
import { dayMs } from '../../kernel/clock.js';
import { negate } from '../../kernel/money.js';
import type { Payout } from '../../ports/payments-api.js';
import type {
  Action,
  ActionFault,
  Choice,
  Effect,
  Hints,
  Preview,
  ReadBack,
  Verification,
  World,
} from '../kit/action.js';
import { defineAction } from '../kit/define-action.js';
import { idField, moneyFact, moneyOfFact } from '../kit/fields.js';
import { providerOf } from '../kit/provider.js';

type Params = { payout: string };

type Facts = {
  partner: string | null;
  payout: string;
  status: string;
  amount: string;
  automatic: boolean;
  /** `YYYY-MM-DD`. */
  arrivalDate: string;
};

export const cancelPayout: Action = defineAction<Params, Facts>({
  id: 'cancel-payout',
  title: 'Cancel payout',
  summary: 'Cancel a manual payout before it’s sent',
  risk: 'medium',
  fields: {
    payout: { ...idField('Payout', ['po_'], 'Pending and created manually'), suggest: suggestPayouts },
  },
  prefills: { payout: 'payout' },
  read: ({ payout }, world) => readFacts(payout, world),
  check: (_params, facts) => check(facts),
  preview: (_params, facts) => preview(facts),
  execute: async ({ facts, idempotencyKey, world }) => {
    const order = { payoutId: facts.payout, idempotencyKey };
    return effectOf(await providerOf(world).writes.cancelPayout(order));
  },
  readBack: async ({ facts, world }) => settled(await providerOf(world).payments.payout(facts.payout)),
  verify: async ({ facts, world }) => verified(await providerOf(world).payments.payout(facts.payout)),
});

/** One page of the provider's list. */
const mostListed = 100;
/** What should have arrived before and is still pending is for a person to look into first; none is made weeks ahead. */
const arrivalDays = { before: 2, after: 30 };

/** Those that can be cancelled, the next to set out first. */
async function suggestPayouts(world: World, _hints: Hints, signal: AbortSignal): Promise<Choice[]> {
  const nowMs = world.clock.now().getTime();
  const arrival = {
    from: new Date(nowMs - arrivalDays.before * dayMs),
    to: new Date(nowMs + arrivalDays.after * dayMs),
  };
  const { rows } = await providerOf(world).payments.pendingPayouts(mostListed, arrival, signal);
  return rows
    .filter(({ automatic, amount }) => !automatic && amount.minor > 0n)
    .sort((a, b) => a.arrivalDate.getTime() - b.arrivalDate.getTime())
    .map(({ id, amount, arrivalDate }) => ({
      value: id,
      label: `${moneyFact(amount)}, to arrive ${dateFact(arrivalDate)}`,
      description: id,
    }));
}

const dateFact = (date: Date): string => date.toISOString().slice(0, 10);

async function readFacts(id: string, world: World): Promise<Facts> {
  const payout = await providerOf(world).payments.payout(id);
  return {
    partner: world.paymentsPartner,
    payout: payout.id,
    status: payout.status,
    amount: moneyFact(payout.amount),
    automatic: payout.automatic,
    arrivalDate: dateFact(payout.arrivalDate),
  };
}

function check({ payout, status, automatic, amount }: Facts): ActionFault[] {
  const faults: string[] = [];
  if (automatic)
    faults.push(
      `${payout} is automatic: only a manual payout can be cancelled. Change the payout schedule instead.`,
    );
  if (moneyOfFact(amount).minor < 0n)
    faults.push(
      `${payout} collects ${moneyFact(negate(moneyOfFact(amount)))} from the bank account: only a payout to it can be cancelled.`,
    );
  if (status !== 'pending') faults.push(`${payout} is ${status}: only a pending payout can be cancelled.`);
  return faults.map((message) => ({ field: 'payout', message }));
}

const preview = ({ partner, payout, amount, arrivalDate }: Facts): Preview => ({
  headline: `Cancel payout ${payout} of ${amount}`,
  changes: ['Status: pending → canceled', `Balance with the provider: +${amount}, available again`],
  affected: [`${amount} will not arrive in the company’s bank account on ${arrivalDate}.`],
  undo: `Create a new manual payout of ${amount} at the provider. It will arrive later than this one.`,
  irreversible: null,
  value: moneyOfFact(amount),
  subject: { kind: 'payout', id: payout },
  partner,
  merchant: null,
});

const effectOf = ({ id, amount }: Payout): Effect => ({
  id,
  summary: `Payout ${id} of ${moneyFact(amount)} is cancelled.`,
});

const statusLine = ({ id, status }: Payout): string => `Payout ${id} is ${status}.`;

const settled = (payout: Payout): ReadBack =>
  payout.status === 'canceled'
    ? { kind: 'done', effect: effectOf(payout) }
    : { kind: 'not_done', evidence: [statusLine(payout)] };

function verified(payout: Payout): Verification {
  const evidence = statusLine(payout);
  if (payout.status === 'canceled') return { kind: 'visible', evidence };
  return { kind: payout.status === 'pending' ? 'not_yet' : 'wrong', evidence };
}
