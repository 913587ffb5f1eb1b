/**
 * Runbooks: Markdown files of one folder. Lines between two `---` at the top say for which metric and partner one is:
 *
 *     ---
 *     metric: authorisation-success
 *     partner: northpay
 *     ---
 *
 * Invariant: a file that cannot be read is reported and does not hide the others.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '../../kernel/errors.js';
import type { Log } from '../../kernel/log.js';
import type { Runbook, RunbookFor } from '../../ports/runbooks.js';

interface Found extends Runbook {
  metric: string | null;
  partner: string | null;
}

const largestBytes = 100_000;
const filesMax = 500;

/** Read once: a changed runbook counts from the next start on. */
export function loadRunbooks(folder: string, log: Log): RunbookFor {
  const found = namesIn(folder, log).flatMap((name) => {
    try {
      return [runbookOf(name, textOf(join(folder, name)))];
    } catch (error) {
      log.warn({ runbook: name, err: messageOf(error) }, 'a runbook cannot be read');
      return [];
    }
  });
  const rank = ({ metric, partner }: Found): number => (partner === null ? 0 : 2) + (metric === null ? 0 : 1);
  const ranked = found.toSorted((a, b) => rank(b) - rank(a));
  return (metric, partner) =>
    ranked.find(
      (each) => (each.metric ?? metric) === metric && (each.partner === null || each.partner === partner),
    ) ?? null;
}

function namesIn(folder: string, log: Log): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .toSorted()
      .slice(0, filesMax);
  } catch (error) {
    log.debug({ folder, err: messageOf(error) }, 'there are no runbooks');
    return [];
  }
}

function textOf(path: string): string {
  const { size } = statSync(path);
  if (size > largestBytes) throw new Error(`it has ${size} bytes; the limit is ${largestBytes}`);
  return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
}

function runbookOf(name: string, file: string): Found {
  const [, head = '', body = file] = /^---\n([^]*?)\n---\n([^]*)$/.exec(file) ?? [];
  const said = (parse(head) ?? {}) as Record<string, unknown>;
  const word = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const [, title = name.replace(/\.md$/, '')] = /^#\s+(.+)$/m.exec(body) ?? [];
  return { title, text: body.trim(), metric: word(said.metric), partner: word(said.partner) };
}
