/**
 * `/recon`: are we whole, and where not?
 *
 * Invariant: reconciliation tells of money and of customers' payments, so it is for members; what changes something names
 * the person who did it.
 */
import { isoDay } from '../../src/kernel/calendar-day.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Command, CommandRequest } from '../../src/ports/command.js';
import type { UnitKey } from '../../src/ports/reconciliation.js';
import type { ReconciliationService } from '../../src/reconciliation/reconciliation.js';
import { breakCard, breakListCard } from '../../src/views/reconciliation/breaks.js';
import { dayCard } from '../../src/views/reconciliation/day.js';
import { forecastCard } from '../../src/views/reconciliation/forecast.js';
import { overviewCard } from '../../src/views/reconciliation/overview.js';
import { noticeCard } from '../../src/views/remediation/answers.js';
import { startableIn } from '../../src/views/remediation/start.js';
import { requireMember } from '../door.js';
import { refuseNearMiss } from '../near-miss.js';
import { clicks, submissions } from './clicks.js';
import { reconciliation, requireReconciliation, type ReconDeps } from './deps.js';
import { breakIdIn, dayIn, filterFrom, partnerIn, refuseOthers } from './reading.js';

export type { ReconDeps } from './deps.js';

export const reconCommand: Command<ReconDeps> = {
  name: '/recon',
  summary: 'Reconciliation: are we whole, and where not?',
  usageHint: '[partner] [day] | breaks [filters] | break BRK-… | forecast [partner] | run | signoff',
  examples: [
    { text: '/recon', does: 'all partners: whole or not, and their open breaks' },
    {
      text: '/recon northpay 2026-11-27',
      does: 'one business day: value explained, breaks, what lands next',
    },
    {
      text: '/recon breaks northpay missing',
      does: 'open breaks, largest first; also by day, currency, `mine`',
    },
    { text: '/recon break BRK-12', does: 'one break: both sides, candidates, repairs' },
    { text: '/recon forecast', does: 'what should land, and when' },
  ],
  run: async (request, desk) => {
    await requireMember(desk, request.person.userId, reconciliation);
    const recon = requireReconciliation(desk);
    const words = request.text.trim().split(/\s+/).filter(Boolean);
    const verb = verbs.get(words[0]?.toLowerCase() ?? '');
    await (verb ?? showDay)({ request, words: verb ? words.slice(1) : words, recon, desk });
  },
  actions: clicks,
  submissions,
};

interface Call {
  request: CommandRequest;
  /** The words after the verb. */
  words: readonly string[];
  recon: ReconciliationService;
  desk: ReconDeps;
}

type Verb = (call: Call) => Promise<void>;

const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['', overview],
  ['breaks', listBreaks],
  ['break', showBreak],
  ['forecast', forecast],
  ['run', run],
  ['signoff', signOff],
]);

async function overview({ request: { answer }, recon }: Call): Promise<void> {
  const reports = await Promise.all(recon.partners.map(({ partner }) => recon.newest(partner)));
  await answer.privately(
    overviewCard(
      recon.partners.map(({ partner, name }, at) => ({ id: partner, name, report: reports[at] ?? null })),
    ),
  );
}

async function showDay({ request: { answer, text }, words, recon }: Call): Promise<void> {
  const [first = ''] = words;
  const ids = recon.partners.map((one) => one.partner);
  const partner = partnerIn(words, recon.partners);
  if (partnerIn([first], recon.partners) === null)
    refuseNearMiss('/recon', first, [...[...verbs.keys()].filter((verb) => verb !== ''), 'help', ...ids]);
  if (partner === null)
    throw new OpsError('not_found', `“${text.trim().slice(0, 60)}” is no partner, day or verb of /recon.`, {
      hint: `Partners: ${ids.join(', ')}. \`/recon help\` shows more.`,
    });
  const today = recon.today(partner.partner);
  refuseOthers(words, { partner, today });
  const day = dayIn(words, today);
  const report =
    day === null
      ? await recon.newest(partner.partner)
      : await recon.day({ partner: partner.partner, businessDay: day });
  if (report) return answer.privately(dayCard(report));
  await answer.privately(
    noticeCard(
      day === null
        ? `No statement of ${partner.name} was reconciled yet.`
        : `${partner.name} was not reconciled for ${isoDay(day)}: no statement of that day has come.`,
    ),
  );
}

async function listBreaks({ request: { answer, person }, words, recon }: Call): Promise<void> {
  const { filter, title } = filterFrom(words, recon.partners, person.userId, (partner) =>
    recon.today(partner),
  );
  const { breaks, total } = await recon.breaks({ ...filter, limit: mostListed });
  const today = recon.today(recon.partners[0]?.partner ?? '');
  await answer.privately(breakListCard({ title, breaks, total, today }));
}

const mostListed = 15;

async function showBreak({ request: { answer }, words, recon, desk }: Call): Promise<void> {
  await answer.privately(breakCard(await recon.break(breakIdIn(words)), startableIn(desk)));
}

async function forecast({ request: { answer }, words, recon }: Call): Promise<void> {
  const one = partnerIn(words, recon.partners);
  refuseOthers(words, { partner: one, today: null });
  const partners = one === null ? recon.partners : [one];
  const landings = await Promise.all(partners.map(({ partner }) => recon.landings(partner)));
  await answer.privately(
    forecastCard({
      partners: partners.map(({ partner, name }, at) => ({
        name,
        today: recon.today(partner),
        landings: landings[at] ?? [],
      })),
    }),
  );
}

/** Looks at the inbox now; with a partner and a day, compares that day again. */
async function run({ request: { answer }, words, recon }: Call): Promise<void> {
  const partner = partnerIn(words, recon.partners);
  const today = partner === null ? null : recon.today(partner.partner);
  refuseOthers(words, { partner, today });
  const day = today === null ? null : dayIn(words, today);
  if (partner === null || day === null) {
    const { taken, reconciled } = await recon.look();
    const found =
      taken === 0 ? 'No new statement file' : `${taken} new statement ${taken === 1 ? 'file' : 'files'}`;
    return answer.privately(
      noticeCard(`${found}; ${reconciled} business ${reconciled === 1 ? 'day' : 'days'} reconciled.`),
    );
  }
  const ran = await recon.run({ partner: partner.partner, businessDay: day });
  const name = `${partner.name} ${isoDay(day)}`;
  await answer.privately(
    noticeCard(
      ran ? `${name} was reconciled again.` : `${name} has no statement yet, so nothing was compared.`,
    ),
  );
}

async function signOff({ request: { answer, person }, words, recon }: Call): Promise<void> {
  const key = await namedDay(words, recon);
  await recon.signOff(key, person.userId);
  await answer.privately(noticeCard(`${key.partner} ${isoDay(key.businessDay)} is signed off.`));
}

/** The day that is named, else the partner's newest. Throws `invalid`. */
async function namedDay(words: readonly string[], recon: ReconciliationService): Promise<UnitKey> {
  const partner = partnerIn(words, recon.partners);
  if (partner === null)
    throw new OpsError('invalid', 'Which partner?', { hint: '`/recon signoff northpay 2026-11-27`' });
  const today = recon.today(partner.partner);
  refuseOthers(words, { partner, today });
  const businessDay = dayIn(words, today) ?? (await recon.newest(partner.partner))?.businessDay;
  if (businessDay === undefined)
    throw new OpsError('not_found', `No statement of ${partner.name} was reconciled yet.`);
  return { partner: partner.partner, businessDay };
}
