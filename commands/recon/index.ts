/**
 * `/recon`: are we whole, and where not?
 *
 * Invariant: reconciliation shows money and customers' payments, so it is for members; what changes something names
 * the person who did it.
 */
import { isoDay } from '../../src/kernel/calendar-day.js';
import { OpsError } from '../../src/kernel/errors.js';
import type { Command, CommandRequest } from '../../src/ports/command.js';
import type { UnitKey } from '../../src/ports/reconciliation.js';
import type { ReconciliationService } from '../../src/reconciliation/reconciliation.js';
import { breakCard } from '../../src/views/reconciliation/breaks.js';
import { dayCard } from '../../src/views/reconciliation/day.js';
import { forecastCard } from '../../src/views/reconciliation/forecast.js';
import type { RunningDay } from '../../src/reconciliation/days/deps.js';
import { runCard } from '../../src/views/reconciliation/run.js';
import { rollUpCard } from '../../src/views/reconciliation/roll-up.js';
import { overviewCard } from '../../src/views/reconciliation/overview.js';
import { noticeCard } from '../../src/views/remediation/answers.js';
import { startableIn } from '../../src/views/remediation/start.js';
import { dayText } from '../../src/views/reconciliation/words.js';
import { requireMember } from '../door.js';
import { answerBreaks, sendBreaks } from './breaks.js';
import { refuseNearMiss } from '../../src/kernel/nearest.js';
import { clicks, submissions } from './clicks.js';
import { reconciliation, requireReconciliation, type ReconDeps } from './deps.js';
import {
  breakIdIn,
  dayAmong,
  fileWordIn,
  partnerIn,
  periodIn,
  refuseOthers,
  unknownPeriod,
} from './reading.js';

export type { ReconDeps } from './deps.js';

export const reconCommand: Command<ReconDeps> = {
  name: '/recon',
  summary: 'Reconciliation: are we whole, and where not?',
  usageHint: '[partner] [day] | breaks [filters] | break BRK-… | forecast [partner] | rollup | run | signoff',
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
    { text: '/recon breaks northpay csv', does: 'the same as a CSV file, in a direct message' },
    { text: '/recon break BRK-12', does: 'one break: both sides, candidates, repairs' },
    { text: '/recon forecast', does: 'what should land, and when' },
    { text: '/recon rollup northpay month', does: 'breaks rolled forward: `week`, `month` or 2026-11' },
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
  ['rollup', rollUp],
]);

async function overview({ request: { answer }, recon }: Call): Promise<void> {
  const reports = await Promise.all(recon.partners.map(({ partner }) => recon.newest(partner)));
  await answer.privately(
    overviewCard(
      recon.partners.map(({ partner, name }, at) => ({ id: partner, name, report: reports[at] ?? null })),
    ),
  );
}

async function showDay(call: Call): Promise<void> {
  const { words, recon } = call;
  const { answer } = call.request;
  if (words.length === 1 && /^brk-\d+$/i.test(words[0] ?? '')) return showBreak(call);
  const { others, on } = dayAmong(words);
  const partner = partnerIn(others, recon.partners);
  refuseUnknown(call, others);
  if (partner === null) throw whichPartner(`/recon northpay ${call.request.text.trim()}`);
  refuseOthers(others, partner);
  const day = on(recon.today(partner.partner));
  const report =
    day === null
      ? await recon.newest(partner.partner)
      : await recon.day({ partner: partner.partner, businessDay: day });
  if (report) return answer.privately(dayCard(report));
  await answer.privately(
    noticeCard(
      day === null
        ? `No statement from ${partner.name} has been reconciled yet.`
        : `${partner.name} has not been reconciled for ${dayText(day)}: no statement for that day has arrived.`,
    ),
  );
}

/** Throws `not_found` for a first word that begins no partner, with the nearest word that is known. */
function refuseUnknown({ request: { text }, recon }: Call, [first]: readonly string[]): void {
  if (first === undefined || partnerIn([first], recon.partners) !== null) return;
  const ids = recon.partners.map((one) => one.partner);
  refuseNearMiss('/recon', first, [...[...verbs.keys()].filter((verb) => verb !== ''), 'help', ...ids]);
  throw new OpsError(
    'not_found',
    `“${text.trim().slice(0, 60)}” is not a partner or a subcommand of /recon.`,
    { hint: `Partners: ${ids.join(', ')}. \`/recon help\` shows more.` },
  );
}

const whichPartner = (example: string): OpsError =>
  new OpsError('invalid', 'Which partner?', {
    hint: `Write \`${example}\`. \`/recon breaks\` with a day lists the open breaks of all partners.`,
  });

async function listBreaks({ request: { answer, person }, words: typed, recon }: Call): Promise<void> {
  const { words, isFile } = fileWordIn(typed);
  const asked = { words, recon, userId: person.userId, answer };
  await (isFile ? sendBreaks(asked) : answerBreaks(asked));
}

async function showBreak({ request: { answer }, words, recon, desk }: Call): Promise<void> {
  await answer.privately(breakCard(await recon.break(breakIdIn(words)), startableIn(desk)));
}

async function forecast({ request: { answer }, words, recon }: Call): Promise<void> {
  const one = partnerIn(words, recon.partners);
  refuseOthers(words, one);
  const partners = one === null ? recon.partners : [one];
  await answer.privately(
    forecastCard(await Promise.all(partners.map(({ partner }) => recon.outlook(partner)))),
  );
}

/** The newest week that is over, or what is named. */
async function rollUp({ request: { answer }, words, recon }: Call): Promise<void> {
  const { period, others } = periodIn(words, recon.firstToday());
  const partner = partnerIn(others, recon.partners);
  refuseOthers(others, partner, unknownPeriod);
  await answer.privately(rollUpCard(await recon.rollUp(partner?.partner ?? null, period)));
}

/** Looks at the inbox now; with a partner and a day, compares that day again. */
async function run({ request: { answer }, words, recon }: Call): Promise<void> {
  let isTold = false;
  // An answer cannot be rewritten, and a command has five of them: one says that it takes long.
  const onLong = async (running: RunningDay): Promise<void> => {
    if (!isTold) await answer.privately(runCard(running));
    isTold = true;
  };
  const { others, on } = dayAmong(words);
  const partner = partnerIn(others, recon.partners);
  refuseOthers(others, partner);
  if (partner === null && others.length < words.length) throw whichPartner('/recon run northpay 2026-11-27');
  const day = partner === null ? null : on(recon.today(partner.partner));
  if (partner === null || day === null) {
    const { taken, reconciled } = await recon.look({ isForced: true, onLong });
    const found =
      taken === 0 ? 'No new statement file' : `${taken} new statement ${taken === 1 ? 'file' : 'files'}`;
    return answer.privately(
      noticeCard(`${found}; ${reconciled} business ${reconciled === 1 ? 'day' : 'days'} reconciled.`),
    );
  }
  const ran = await recon.run({ partner: partner.partner, businessDay: day }, onLong);
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
  const { others, on } = dayAmong(words);
  const partner = partnerIn(others, recon.partners);
  if (partner === null) throw whichPartner('/recon signoff northpay 2026-11-27');
  refuseOthers(others, partner);
  const businessDay = on(recon.today(partner.partner)) ?? (await recon.newest(partner.partner))?.businessDay;
  if (businessDay === undefined)
    throw new OpsError('not_found', `No statement from ${partner.name} has been reconciled yet.`);
  return { partner: partner.partner, businessDay };
}
