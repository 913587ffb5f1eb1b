/** Open breaks by a filter as it is typed: a list, or a file. */
import type { Answers } from '../../src/ports/command.js';
import type { ReconciliationService } from '../../src/reconciliation/reconciliation.js';
import { breakListCard } from '../../src/views/reconciliation/breaks.js';
import { breaksFile } from '../../src/views/reconciliation/breaks-file.js';
import { noticeCard } from '../../src/views/remediation/answers.js';
import { filterFrom } from './reading.js';

const mostListed = 15;

interface Asked {
  words: readonly string[];
  recon: ReconciliationService;
  userId: string;
  answer: Answers;
}

export async function answerBreaks(asked: Asked): Promise<void> {
  const { filter, title } = filterOf(asked);
  const { words, recon, answer } = asked;
  const { breaks, total } = await recon.breaks({ ...filter, limit: mostListed });
  const card = breakListCard({ title, breaks, total, today: todayOf(recon), filter: words.join(' ') });
  await answer.privately(card);
}

export async function sendBreaks(asked: Asked): Promise<void> {
  const { filter, title } = filterOf(asked);
  const { recon, answer } = asked;
  const { rows, total } = await recon.breakRows(filter);
  if (total === 0) return answer.privately(noticeCard(`No open breaks: ${title}.`));
  const name = `breaks-${filter.partner ?? 'all-partners'}`;
  await answer.file(breaksFile({ name, title, rows, total, today: todayOf(recon) }));
  await answer.privately(noticeCard('The CSV file is in your direct messages with Paydesk.'));
}

const filterOf = ({ words, recon, userId }: Asked): ReturnType<typeof filterFrom> =>
  filterFrom(words, recon.partners, userId, (partner) => recon.today(partner));

const todayOf = (recon: ReconciliationService) => recon.today(recon.partners[0]?.partner ?? '');
