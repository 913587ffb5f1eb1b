/** The cards of breaks: one of them with both sides, and lists. */
import { countText, plural } from '../../kernel/counts.js';
import type { Day } from '../../kernel/calendar-day.js';
import type { Break, BreakEvent } from '../../ports/breaks.js';
import type { Card } from '../../ports/card.js';
import type { LedgerEntry, LineSighting, StatementLine } from '../../ports/reconciliation.js';
import { ageBucket } from '../../reconciliation/breaks/age.js';
import type { BreakNews } from '../../reconciliation/breaks/life.js';
import type { BreakReport } from '../../reconciliation/breaks/report.js';
import {
  actions,
  button,
  cardOf,
  code,
  context,
  escape,
  instant,
  mention,
  section,
  sections,
} from '../kit/blocks.js';
import { joined } from '../kit/links.js';
import { lookUpButton, lookUpIds } from '../kit/look-ups.js';
import { startButtons, type Startable } from '../remediation/start.js';
import { reconButtons } from './ids.js';
import { payoutPlaces } from './payouts.js';
import { rateLines } from './rates.js';
import { amountText, breakClause, dayText, resolutionText } from './words.js';

/** One line of a list: “BRK-12 · 120.00 EUR short (amount differs) · material · Fri 27 Nov · @Mei”. */
export function breakLine(one: Break, today: Day): string {
  return joined(
    `${one.material ? ':red_circle:' : ':white_circle:'} *${one.id}*`,
    escape(breakClause(one)),
    one.material ? 'material' : null,
    dayText(one.businessDay),
    today - one.businessDay > 1 ? ageBucket(one.businessDay, today) : null,
    one.ownerId === null ? 'not taken' : mention(one.ownerId),
    one.remediationId,
  );
}

/** Slack takes no two buttons of one name in a row. */
export const breakButton = ({ id }: Break, at: number): ReturnType<typeof button> =>
  button({ actionId: `${lookUpIds.break}_${at}`, text: id, value: id, label: `Show ${id}` });

export interface BreakListFacts {
  title: string;
  breaks: readonly Break[];
  /** How many fit the filter. */
  total: number;
  today: Day;
  /** As it is typed after `/recon breaks`. */
  filter: string;
}

/** A button carries no longer one. */
const filterMax = 200;

export function breakListCard({ title, breaks, total, today, filter }: BreakListFacts): Card {
  const headline = total === 0 ? `No open breaks: ${title}` : `${plural(total, 'open break')}: ${title}`;
  const [first] = breaks;
  return cardOf(escape(headline), [
    section(`${total === 0 ? ':white_check_mark:' : ':mag:'} *${escape(headline)}*`),
    ...sections(breaks.map((one) => breakLine(one, today))),
    ...(first === undefined
      ? []
      : actions(
          ...breaks.slice(0, 5).map(breakButton),
          filter.length > filterMax
            ? null
            : button({
                actionId: reconButtons.breaksFile,
                text: 'CSV',
                // Slack takes no empty value.
                value: filter === '' ? 'all' : filter,
                label: 'Send these breaks as a CSV file in a direct message',
              }),
        )),
    ...(total === 0 ? [] : [context(orderText(breaks.length, total))]),
  ]);
}

const orderText = (shown: number, total: number): string =>
  total > shown
    ? `The ${shown} largest. Narrow down by partner, day, kind or currency: \`/recon breaks northpay missing EUR\``
    : 'Largest first, relative to the material amount of each currency.';

const stateWords: Readonly<Record<Break['state'], string>> = {
  open: 'open',
  owned: 'being worked on',
  resolved: 'resolved',
  written_off: 'written off',
};

const marks: Readonly<Record<Break['state'], string>> = {
  open: ':red_circle:',
  owned: ':large_orange_circle:',
  resolved: ':white_check_mark:',
  written_off: ':black_circle:',
};

export function breakCard(report: BreakReport, startable: readonly Startable[]): Card {
  const { found } = report;
  const headline = `${found.id} ${stateWords[found.state]}: ${escape(breakClause(found))}, ${escape(report.partner.name)}, ${dayText(found.businessDay)}`;
  return cardOf(headline, [
    section(`${marks[found.state]} *${headline}*`),
    section(stateLine(report)),
    ...sidesOf(report),
    ...sections(payoutPlaces(report.payouts)),
    ...candidatesOf(report),
    ...actions(...buttonsOf(report, startable)),
    context(
      joined(
        found.material ? 'Material' : 'Not material',
        ageBucket(found.businessDay, report.today),
        `found ${instant(found.openedAt)}`,
        `\`/recon break ${found.id}\``,
      ),
    ),
  ]);
}

function stateLine({ found }: BreakReport): string {
  const owner = found.ownerId === null ? 'Not taken yet' : `Taken by ${mention(found.ownerId)}`;
  const link = found.remediationId === null ? '' : ` · ${found.remediationId} was started from this break`;
  if (found.state === 'open' || found.state === 'owned') return `${owner}${link}`;
  return `${resolutionText(found)}${link}`.replace(/^./, (letter) => letter.toUpperCase());
}

function sidesOf({ fact, sides, doubled }: BreakReport): ReturnType<typeof sections> {
  if (fact === null) return sections(['The rows of this break are no longer in the results of any run.']);
  const ledger = fact.entries.slice(0, mostRows).map(entryLine);
  const lines = sides.slice(0, mostRows).map(sideLine);
  return sections([
    `*Our ledger* (${countText(fact.entries.length)})`,
    ...(ledger.length > 0 ? ledger : ['• no entry']),
    ...moreLine(fact.entries.length),
    `*Partner’s statement* (${countText(fact.lines.length)})`,
    ...(lines.length > 0 ? lines : ['• no line']),
    ...moreLine(fact.lines.length),
    ...(doubled.length > 0 ? ['*Repeats this line*', ...doubled.slice(0, mostRows).map(sideLine)] : []),
    ...(fact.kind === 'fx' ? rateLines(fact) : []),
  ]);
}

const mostRows = 8;

const moreLine = (count: number): string[] =>
  count > mostRows ? [`• … and ${countText(count - mostRows)} more`] : [];

const entryLine = ({ amountMinor, currency, reference, day, type, id }: LedgerEntry): string =>
  `• ${joined(
    amountText(amountMinor, currency),
    escape(type),
    day === null ? null : dayText(day),
    reference === '' ? null : code(reference),
    `entry ${code(id)}`,
  )}`;

const sideLine = ({ line, fileName }: Pick<LineSighting, 'fileName'> & { line: StatementLine }): string =>
  `• ${joined(
    amountText(line.amountMinor, line.currency),
    escape(line.type.replaceAll('_', ' ')),
    line.day === null ? null : dayText(line.day),
    line.fx === undefined ? null : `${amountText(line.fx.amountMinor, line.fx.currency)} before conversion`,
    line.reference === '' ? 'no reference' : code(line.reference),
    `${escape(fileName)}, line ${countText(line.line)}`,
  )}`;

function candidatesOf({ candidates }: BreakReport): ReturnType<typeof sections> {
  if (candidates.length === 0) return [];
  return sections([
    '*Nearest candidates among open breaks*',
    ...candidates.map((one) => `• *${one.id}*: ${escape(breakClause(one))}, ${dayText(one.businessDay)}`),
  ]);
}

function buttonsOf(
  { found, paymentReference }: BreakReport,
  startable: readonly Startable[],
): ReturnType<typeof button>[] {
  const { id } = found;
  const behind = found.kind === 'batch_residue' ? 'payout' : 'payment';
  const lookUp = paymentReference === null ? null : lookUpButton(behind, paymentReference);
  if (found.state === 'resolved' || found.state === 'written_off')
    return [
      button({
        actionId: reconButtons.reopen,
        text: 'Reopen…',
        value: id,
        label: `Open ${id} again, with a reason`,
      }),
      lookUp,
    ];
  return [
    found.state === 'open'
      ? button({
          actionId: reconButtons.take,
          text: 'Take',
          value: id,
          label: `Take ${id}`,
          style: 'primary',
        })
      : button({ actionId: reconButtons.release, text: 'Release', value: id, label: `Release ${id}` }),
    ...startButtons(
      { kind: 'break', id, missingAtPartner: found.kind === 'missing_at_partner', now: found.openedAt },
      startable,
    ),
    button({
      actionId: reconButtons.explain,
      text: 'Explain…',
      value: id,
      label: `Resolve ${id} with a reason`,
    }),
    lookUp,
  ];
}

/** For the thread of a break's card. */
export function breakNewsCard(after: Break, { kind, actor, text }: BreakNews): Card {
  const who = actor === 'paydesk' ? '' : mention(actor);
  const reason = text === '' ? '' : `: “${escape(text, 500)}”`;
  const sentence = sentenceOf(after, kind, who, reason, text);
  return cardOf(sentence, [section(sentence)]);
}

function sentenceOf(
  after: Break,
  kind: BreakEvent['kind'],
  who: string,
  reason: string,
  text: string,
): string {
  switch (kind) {
    case 'opened':
      return `${after.id} was found.`;
    case 'taken':
      return `:raising_hand: ${who} took ${after.id}.`;
    case 'released':
      return `${who} released ${after.id}; it has no owner now.`;
    case 'linked':
      return `:wrench: ${who} started ${text} from ${after.id}.`;
    case 'answered':
      return `:mag: ${escape(text)} explains ${after.id}. The break is too large to resolve automatically: confirm it with *Explain…*.`;
    case 'written_off':
      return `:black_circle: ${after.id} is written off, requested by ${who}${reason}`;
    case 'reopened':
      return who === ''
        ? `:red_circle: ${after.id} is open again: a newer run found it.`
        : `:red_circle: ${who} reopened ${after.id}${reason}`;
    case 'resolved':
      return who === ''
        ? `:white_check_mark: ${after.id} is resolved: ${resolutionText(after)}.`
        : `:white_check_mark: ${who} resolved ${after.id}${reason}`;
  }
}
