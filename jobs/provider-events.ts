/**
 * Asks the payments provider for its recent events and health alerts, so that nothing depends on webhooks alone.
 *
 * Invariants: an event that a webhook brought is the same event; how far was asked only moves on when all of a span was
 * read; each look reaches back some hours, because providers list an event late at times.
 */
import { dayMs, hourMs, type Clock } from '../src/kernel/clock.js';
import { toOpsError } from '../src/kernel/errors.js';
import type { Log } from '../src/kernel/log.js';
import { polledEventTypes } from '../src/nouns/provider-events.js';
import type { SignalService } from '../src/partners/signals.js';
import type { Job } from '../src/ports/jobs.js';
import type { PaymentsApi } from '../src/ports/payments-api.js';
import type { Looks, ProviderInbox } from '../src/ports/provider-events.js';

export interface ProviderEventsDeps {
  /** Null while no payments API is connected. */
  paymentsApi: PaymentsApi | null;
  paymentsPartner: string | null;
  inbox: ProviderInbox;
  looks: Looks;
  signals: SignalService;
  clock: Clock;
}

const overlapMs = 3 * hourMs;
const listMax = 500;
const listsMax = 10;
/** Longer than the provider lists an event, so that none of them comes a second time. */
const keptMs = 40 * dayMs;
const healthMs = 7 * dayMs;

export const providerEventsJob: Job<ProviderEventsDeps> = {
  id: 'provider-events',
  summary: 'Polls each minute for disputes, warnings, failed payouts and refunds that no webhook delivered',
  schedule: '* * * * *',
  catchUp: 1,
  run: async (_slot, desk, log) => {
    const { paymentsApi, paymentsPartner } = desk;
    if (paymentsApi === null || paymentsPartner === null) return;
    await lookAtHealth(paymentsApi, paymentsPartner, desk, log);
    await lookAtEvents(paymentsApi, paymentsPartner, desk, log);
    await desk.inbox.forget(new Date(desk.clock.now().getTime() - keptMs));
  },
};

async function lookAtEvents(
  api: PaymentsApi,
  partner: string,
  { inbox, looks, clock }: ProviderEventsDeps,
  log: Log,
): Promise<void> {
  const name = `events:${partner}`;
  const startedAt = clock.now();
  const { begunAt, lookedTo } = await looks.of(name);
  const from = new Date((lookedTo ?? begunAt).getTime() - overlapMs);
  let to: Date | null = null;
  for (let lists = 1; lists <= listsMax; lists++) {
    const { rows, problems } = await api.eventsBetween({ types: polledEventTypes, from, to, limit: listMax });
    const events = rows.map(({ id, type, createdAt, subject }) => ({
      id,
      type,
      objectId: subject.id,
      happenedAt: createdAt,
    }));
    const added = events.length === 0 ? 0 : await inbox.put(events, 'polling');
    if (added > 0) log.info({ added }, 'events were found by polling');
    if (problems.length > 0) log.warn({ problems: problems.length }, 'some events cannot be read');
    const oldest = rows.at(-1)?.createdAt;
    if (rows.length + problems.length < listMax || !oldest || oldest.getTime() === to?.getTime()) {
      await looks.put(name, { lookedTo: startedAt });
      return;
    }
    to = oldest;
  }
  log.warn({ from }, 'more events than one poll reads; the next poll continues');
}

/** Accounts without health alerts refuse this call; that does not fail the job. */
async function lookAtHealth(
  api: PaymentsApi,
  partner: string,
  { signals, clock }: ProviderEventsDeps,
  log: Log,
): Promise<void> {
  try {
    const { rows } = await api.healthAlertsSince(new Date(clock.now().getTime() - healthMs));
    for (const alert of rows) await signals.note(partner, alert);
  } catch (thrown) {
    const { code, errorId: reference } = toOpsError(thrown);
    log.debug({ code, reference }, 'the provider’s health alerts cannot be read');
  }
}
