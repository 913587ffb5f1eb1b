/**
 * Statements as the company's platform knows them: come, missing, or asked for again.
 * Invariant: the inbox says whether one has come; a partner that is asked sends at once what it held back.
 */
import { forgetOldest } from '../forget.js';
import type { Statements } from '../statements/statements.js';
import type { Clock } from '../world/clock.js';
import { notFound, Problem } from './problems.js';

export type StatementSource = Pick<Statements, 'stateOf' | 'send'>;

interface StatementRequests {
  get(partner: string, businessDay: string): object;
  request(partner: string, businessDay: string, reference: string): object;
}

/** Of so many statements the requests are known; only the last seven business days can be asked for. */
const kept = 1_000;

export function createStatementRequests(source: StatementSource, clock: Clock): StatementRequests {
  const requests = new Map<string, { reference: string; at: string }[]>();
  const view = (partner: string, businessDay: string): object => {
    const state = source.stateOf(partner, businessDay);
    if (!state) throw notFound(`statement of ${partner} for ${businessDay}`);
    const own = requests.get(`${partner} ${businessDay}`) ?? [];
    const missing = own.length > 0 ? 'requested' : 'missing';
    return { partner, businessDay, state: state === 'received' ? state : missing, requests: own };
  };
  return {
    get: view,
    request: (partner, businessDay, reference) => {
      view(partner, businessDay);
      const state = source.stateOf(partner, businessDay);
      if (state === 'received')
        throw new Problem(409, 'already_received', 'The statement has already arrived.');
      if (state === 'not_due') throw new Problem(422, 'not_due', 'The statement is not due yet.');
      const key = `${partner} ${businessDay}`;
      requests.set(key, [...(requests.get(key) ?? []), { reference, at: clock.now().toISOString() }]);
      forgetOldest(requests, kept);
      const answer = view(partner, businessDay);
      source.send(partner, businessDay);
      return answer;
    },
  };
}
