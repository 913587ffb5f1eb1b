/**
 * Where the payouts of a partner are: reported, and at the bank that they are paid into.
 *
 * Invariants: all partners that pay into a bank are looked at together, so that one line is not taken for two payouts; what
 * was found is kept until a unit of one of them runs again.
 */
import type { Day } from '../../kernel/calendar-day.js';
import type { PayoutTrace, Payouts, ReportedPayout } from '../../ports/payouts.js';
import type { LineSighting, ReconciliationResults } from '../../ports/reconciliation.js';
import { landingsOf, namesOf, type LandingTerms } from './landing.js';

/** A bank that payouts arrive at. */
export interface PayoutBank {
  id: string;
  name: string;
  /** The partners that pay into it, by id. */
  partners: ReadonlyMap<string, string>;
  terms: Omit<LandingTerms, 'told'>;
}

export interface PayoutFinder {
  /** By the day on which they left, newest first; null for a partner whose payouts are not followed to a bank. */
  of(partner: string, today: Day): Promise<{ bank: PayoutBank; traces: PayoutTrace[] } | null>;
  /** Partners whose payouts arrive at a bank; none for one that is not paid into. */
  payingInto(bank: string): readonly string[];
  /** Of the partner, or paid into the bank, under one of these names. */
  named(partner: string, today: Day, names: readonly string[], currency: string): Promise<PayoutTrace[]>;
}

/** So long a payout is followed. */
export const followedDays = 30;
/** Clocks and closing hours differ: a line may be dated a little before the payout. */
const daysBefore = 2;

export function createPayoutFinder({
  payouts,
  results,
  banks,
}: {
  payouts: Payouts;
  results: Pick<ReconciliationResults, 'units'>;
  banks: readonly PayoutBank[];
}): PayoutFinder {
  const kept = new Map<string, { state: string; traces: Promise<PayoutTrace[]> }>();
  const tracesAt = async (bank: PayoutBank, today: Day): Promise<PayoutTrace[]> => {
    const read = await payouts.state([bank.id, ...bank.partners.keys()], today - followedDays - daysBefore);
    const state = `${today} ${read}`;
    const known = kept.get(bank.id);
    if (known?.state === state) return known.traces;
    const traces = followed(bank, today);
    kept.set(bank.id, { state, traces });
    traces.catch(() => kept.delete(bank.id));
    return traces;
  };
  const followed = async (bank: PayoutBank, today: Day): Promise<PayoutTrace[]> => {
    const since = today - followedDays;
    const [reported, units] = await Promise.all([
      payouts.reported([...bank.partners.keys()], since),
      results.units(bank.id, since, today + 1),
    ]);
    const [first, last] = [units[0]?.businessDay ?? null, units.at(-1)?.businessDay ?? null];
    const terms = { ...bank.terms, told: last };
    const lines =
      last === null ? [] : await linesFor(payouts, bank, { reported, from: since - daysBefore, to: last });
    return (
      landingsOf(reported, lines, terms)
        // The bank's statement of that day never came here.
        .filter(({ dueOn, lines: found }) => found.length > 0 || first === null || dueOn >= first)
        .map((landing) => ({
          ...landing,
          partnerName: bank.partners.get(landing.payout.partner) ?? landing.payout.partner,
          bank: { id: bank.id, name: bank.name },
        }))
        .sort((a, b) => b.payout.day - a.payout.day)
    );
  };
  return {
    of: async (partner, today) => {
      const bank = banks.find(({ partners }) => partners.has(partner));
      if (!bank) return null;
      const traces = await tracesAt(bank, today);
      return { bank, traces: traces.filter(({ payout }) => payout.partner === partner) };
    },
    payingInto: (bank) => [...(banks.find(({ id }) => id === bank)?.partners.keys() ?? [])],
    named: async (partner, today, names, currency) => {
      const bank = banks.find(({ id, partners }) => id === partner || partners.has(partner));
      if (!bank) return [];
      return (await tracesAt(bank, today)).filter(
        ({ payout }) =>
          payout.currency === currency &&
          (partner === bank.id || payout.partner === partner) &&
          namesOf(payout).some((name) => names.includes(name)),
      );
    },
  };
}

/** By name; by amount only for payouts that no line names, because that finds many lines that are others'. */
async function linesFor(
  payouts: Payouts,
  { id }: PayoutBank,
  { reported, from, to }: { reported: readonly ReportedPayout[]; from: Day; to: Day },
): Promise<LineSighting[]> {
  const byName = await payouts.linesByReference(id, from, to, [...new Set(reported.flatMap(namesOf))]);
  const seen = new Set(byName.flatMap(({ line }) => [line.reference, line.order ?? '']));
  const unnamed = reported.filter((payout) => !namesOf(payout).some((name) => seen.has(name)));
  const amounts = [...new Set(unnamed.map(({ amountMinor }) => amountMinor))];
  const byAmount = await payouts.linesByAmount(id, from, to, amounts);
  const placeOf = ({ line }: LineSighting): string =>
    `${line.file} ${line.line} ${line.reference} ${line.amountMinor}`;
  return [...new Map([...byName, ...byAmount].map((line) => [placeOf(line), line])).values()];
}
