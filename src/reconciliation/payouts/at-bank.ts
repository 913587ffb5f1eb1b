/** The payouts of a partner for the card of its day, with the breaks of the bank's days that are about them. */
import type { Day } from '../../kernel/calendar-day.js';
import type { Breaks } from '../../ports/breaks.js';
import type { PayoutTrace } from '../../ports/payouts.js';
import type { BreakFact, ReconciliationResults } from '../../ports/reconciliation.js';
import { payoutType } from '../engine/batches.js';
import { namesOf } from './landing.js';
import type { PayoutFinder } from './payouts.js';

export interface PayoutsAtBank {
  bank: { id: string; name: string };
  /** Those that left last first. */
  traces: { trace: PayoutTrace; breakId: string | null }[];
}

interface AtBankDeps {
  payouts: PayoutFinder;
  breaks: Pick<Breaks, 'list'>;
  results: Pick<ReconciliationResults, 'breaksBy'>;
}

/** More open breaks of a bank than these are a trouble of their own. */
const mostBreaks = 200;

export const isTrouble = ({ state }: PayoutTrace): boolean =>
  state === 'short' || state === 'over' || state === 'missing' || state === 'ambiguous';

/** Null for a partner whose payouts are not followed to a bank. */
export async function payoutsAtBank(
  deps: AtBankDeps,
  partner: string,
  today: Day,
): Promise<PayoutsAtBank | null> {
  const found = await deps.payouts.of(partner, today);
  if (!found) return null;
  const { bank, traces } = found;
  const ids = traces.some(isTrouble) ? await breakIdsAt(deps, bank.id) : new Map<string, string>();
  const breakIdOf = ({ payout }: PayoutTrace): string | null =>
    namesOf(payout)
      .map((name) => ids.get(keyOf(name, payout.currency)))
      .find((id) => id !== undefined) ?? null;
  return {
    bank: { id: bank.id, name: bank.name },
    traces: traces.map((trace) => ({ trace, breakId: isTrouble(trace) ? breakIdOf(trace) : null })),
  };
}

const keyOf = (name: string, currency: string): string => `${currency} ${name}`;

/** Open breaks of the bank by what they call the payout. */
async function breakIdsAt({ breaks, results }: AtBankDeps, bank: string): Promise<Map<string, string>> {
  const open = await breaks.list({ partner: bank, states: ['open', 'owned'], limit: mostBreaks });
  const facts = await results.breaksBy(open.map(({ identity }) => identity));
  const idOf = new Map(open.map(({ identity, id }) => [identity, id]));
  return new Map(
    facts.flatMap((fact) =>
      namesIn(fact).map((name): [string, string] => [
        keyOf(name, fact.currency),
        idOf.get(fact.identity) ?? '',
      ]),
    ),
  );
}

const namesIn = ({ entries, lines }: Pick<BreakFact, 'entries' | 'lines'>): string[] =>
  [
    ...entries.flatMap(({ reference, batch }) => [reference, batch]),
    ...lines.flatMap(({ reference, batch, order = '' }) => [reference, batch, order]),
  ].filter((name) => name !== '');

/** Where the payouts are that a break is about; a break of single payments is about none. */
export async function payoutsOfBreak(
  { payouts }: Pick<AtBankDeps, 'payouts'>,
  partner: string,
  today: Day,
  fact: BreakFact | null,
): Promise<PayoutTrace[]> {
  if (fact === null) return [];
  const isOfPayout =
    fact.entries.some(({ type }) => type === payoutType) ||
    fact.lines.some(({ type }) => type.endsWith(payoutType));
  return isOfPayout ? payouts.named(partner, today, namesIn(fact), fact.currency) : [];
}
