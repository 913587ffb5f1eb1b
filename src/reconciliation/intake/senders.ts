/**
 * Whose statement a document is: by its folder or name, or by the account that it states.
 *
 * Invariant: a document has one sender or none. Two partners that could both have sent it are a fault that people are
 * shown, never a guess.
 */
import { OpsError } from '../../kernel/errors.js';

export interface StatementSender {
  partner: string;
  name: string;
  /** IANA zone of the business day. */
  timeZone: string;
  /** Patterns of paths or names, with `*` and `?`. Empty: the folder or the beginning of the name is the partner's id. */
  files: readonly string[];
  /** Account numbers as statements give them, without spaces. */
  accounts: readonly string[];
  /** Id of a format or CSV profile; null for whatever the content is recognised as. */
  format: string | null;
}

/** Null when nothing says whose it is. Throws `invalid` when two partners claim it. */
export function senderOf(
  name: string,
  accounts: readonly string[],
  senders: readonly StatementSender[],
): StatementSender | null {
  const claims = senders.filter((sender) => claimsName(sender, name));
  if (claims.length === 0) claims.push(...senders.filter((sender) => claimsAccount(sender, accounts)));
  const [first, second] = claims;
  if (first === undefined || second === undefined) return first ?? null;
  throw new OpsError('invalid', `The file ${name} could be from ${first.name} or from ${second.name}.`, {
    hint: 'Make `statements.files` of these partners in paydesk.yaml tell them apart.',
  });
}

function claimsName({ partner, files }: StatementSender, name: string): boolean {
  const [path = name, inner] = name.split('#');
  const names = [path, baseOf(path), ...(inner === undefined ? [] : [inner, baseOf(inner)])];
  if (files.length > 0) return files.some((pattern) => names.some((one) => patternOf(pattern).test(one)));
  return path.startsWith(`${partner}/`) || names.some((one) => beginsWith(partner, one));
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const beginsWith = (partner: string, name: string): boolean =>
  name.toLowerCase().startsWith(partner) && /^[._-]/.test(name.slice(partner.length));

const patternOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  );

function claimsAccount(sender: StatementSender, accounts: readonly string[]): boolean {
  const own = new Set(sender.accounts.map(plainAccount));
  return accounts.some((account) => own.has(plainAccount(account)));
}

const plainAccount = (account: string): string => account.replace(/\s+/g, '').toUpperCase();
