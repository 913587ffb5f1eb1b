/** The actions' world with the real adapters in front of the stateful platform and a mail server, under one clock. */
import { startMailbox, type Mailbox } from '../../sandbox/mail/mailbox.js';
import { createMail } from '../../src/adapters/mail/mail.js';
import { createOperationsApi } from '../../src/adapters/operations-api/operations-api.js';
import { silentLog } from '../../src/kernel/log.js';
import { Secret } from '../../src/kernel/secret.js';
import type { Operations, Route } from '../../src/ports/operations.js';
import type { World } from '../../src/remediation/kit/action.js';
import { openPlatform, token } from '../operations-api/support.js';

export interface PlatformDesk extends Awaited<ReturnType<typeof openPlatform>> {
  desk: World;
  /** The same world with little patience after a write, for answers that never come. */
  hasty: World;
  operations: Operations;
  mailbox: Mailbox;
  close(): Promise<void>;
}

export async function openPlatformDesk(): Promise<PlatformDesk> {
  const platform = await openPlatform();
  const { api, clock } = platform;
  const mailbox = await startMailbox({ port: 0, host: '127.0.0.1', clock, password: 'hunter2' });
  const operationsOf = (timeoutMs: number): Operations =>
    createOperationsApi({
      baseUrl: api.baseUrl,
      token: new Secret(token),
      clock,
      log: silentLog,
      timeoutMs,
      sleep: () => Promise.resolve(),
    });
  const operations = operationsOf(10_000);
  const hastyWrites = operationsOf(300);
  const from = 'Larkspur Pay <payments-ops@larkspur.example>';
  const desk: World = {
    payments: null,
    writes: null,
    operations,
    mail: createMail({ url: new Secret(mailbox.smtpUrl), from, log: silentLog }),
    books: null,
    writeOffs: null,
    attachments: null,
    partners: [
      { id: 'adria', name: 'Adria', contact: 'support@adria.example' },
      { id: 'northpay', name: 'NorthPay', contact: null },
    ],
    metrics: [{ id: 'authorisation-success', name: 'Success rate', kind: 'rate' }],
    paymentsPartner: 'northpay',
    clock,
  };
  return {
    ...platform,
    desk,
    hasty: {
      ...desk,
      operations: {
        ...operations,
        pauseRoute: (order) => hastyWrites.pauseRoute(order),
        resumeRoute: (order) => hastyWrites.resumeRoute(order),
        replayEvent: (order) => hastyWrites.replayEvent(order),
        requestStatement: (order) => hastyWrites.requestStatement(order),
      },
    },
    operations,
    mailbox,
    close: async () => {
      await Promise.all([api.close(), mailbox.close()]);
    },
  };
}

/** A world whose platform shows its routes with these changes. */
export const withRoutes = (desk: World, change: (route: Route) => Partial<Route>): World => {
  const { operations } = desk;
  if (!operations) throw new Error('no platform');
  const route = async (id: string): Promise<Route> => {
    const shown = await operations.route(id);
    return { ...shown, ...change(shown) };
  };
  return { ...desk, operations: { ...operations, route } };
};

/** An instant as people type it, so many minutes after the start of the tests. */
export const typedAt = (start: Date, minutes: number): string =>
  String(start.getTime() / 1000 + Math.round(minutes * 60));
