/**
 * Asking a source one question.
 *
 * Invariant: an error becomes `failed` with its reason and is logged; it never looks like “there is none”.
 */
import { toOpsError } from '../kernel/errors.js';
import type { Log } from '../kernel/log.js';
import type { Rows } from '../ports/rows.js';
import type { Finding } from './findings.js';

export async function ask<Value>(log: Log, question: () => Promise<Value>): Promise<Finding<Value>> {
  try {
    return { state: 'known', value: await question() };
  } catch (thrown) {
    const error = toOpsError(thrown);
    log.warn({ err: thrown, errorId: error.errorId, ...error.details }, 'a source did not answer');
    return { state: 'failed', why: `${error.publicMessage} (${error.errorId})` };
  }
}

export async function orNull<Value>(question: Promise<Value>): Promise<Value | null> {
  try {
    return await question;
  } catch (thrown) {
    if (toOpsError(thrown).code === 'not_found') return null;
    throw thrown;
  }
}

/** If no row can be read, that is not an answer: “there is none” would be wrong. */
export async function askRows<Row>(log: Log, question: () => Promise<Rows<Row>>): Promise<Finding<Row[]>> {
  const answer = await ask(log, question);
  if (answer.state !== 'known') return answer;
  const { rows, problems } = answer.value;
  if (problems.length === 0) return { state: 'known', value: rows };
  log.warn({ problems }, 'a source gave an unreadable answer');
  if (rows.length === 0) return { state: 'failed', why: problems.join('; '), problems };
  return { state: 'known', value: rows, problems };
}
