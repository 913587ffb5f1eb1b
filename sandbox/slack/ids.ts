/**
 * Ids and credentials in Slack's shapes, all derived from the seed and the time of the start.
 * Invariants: the same seed, start and order of calls give the same ids; people, channels and credentials keep theirs
 * over restarts, and what happens (triggers, envelopes, events, views) never repeats an id of an earlier life, because
 * an app remembers those. Deliberately absent: real randomness; the credentials open nothing but this stand-in.
 */
import { createHash } from 'node:crypto';

export interface Ids {
  /** The next id with this prefix, for instance `C0A1B2C3D4E`. */
  next(prefix: string): string;
  /** The next UUID, as Slack's envelope ids are. */
  uuid(): string;
  /** The next trigger id, `<digits>.<digits>.<32 hex digits>`. */
  trigger(): string;
  /** A secret that is the same for every call with this label: `length` hex digits. */
  secret(label: string, length: number): string;
}

export interface Credentials {
  botToken: string;
  appToken: string;
  signingSecret: string;
  /** Slack's old verification token, still present in every payload. */
  verificationToken: string;
}

/** Team, user, channel, group and direct message, bot, app, user group. */
const lasting = new Set(['T', 'U', 'C', 'G', 'D', 'B', 'A', 'S']);

export function createIds(seed: string | number, startedAt: Date): Ids {
  const counters = new Map<string, number>();
  const digest = (label: string) => createHash('sha256').update(`${seed}:${label}`).digest('hex');
  const fresh = (kind: string) => {
    const count = (counters.get(kind) ?? 0) + 1;
    counters.set(kind, count);
    return digest(lasting.has(kind) ? `${kind}:${count}` : `${kind}:${startedAt.getTime()}:${count}`);
  };
  return {
    next: (prefix) => {
      const base36 = BigInt(`0x${fresh(prefix)}`)
        .toString(36)
        .toUpperCase();
      return `${prefix}0${base36.slice(0, 9)}`;
    },
    uuid: () => {
      const hex = fresh('uuid');
      const cuts = [0, 8, 12, 16, 20, 32];
      return cuts
        .slice(1)
        .map((end, at) => hex.slice(cuts[at], end))
        .join('-');
    },
    trigger: () => {
      const hex = fresh('trigger');
      const digits = BigInt(`0x${hex.slice(0, 20)}`).toString();
      return `${digits.slice(0, 13)}.${digits.slice(8, 20)}.${hex.slice(32)}`;
    },
    secret: (label, length) => (digest(`secret:${label}`) + digest(`more:${label}`)).slice(0, length),
  };
}

/** Tokens in the shapes that Slack's libraries expect: `xoxb-…`, `xapp-1-…` and a signing secret of 32 hex digits. */
export function createCredentials(ids: Ids, appId: string): Credentials {
  return {
    botToken: `xoxb-sandbox-${ids.secret('bot-token', 24)}`,
    appToken: `xapp-1-${appId}-${ids.secret('app-token', 40)}`,
    signingSecret: ids.secret('signing-secret', 32),
    verificationToken: ids.secret('verification-token', 24),
  };
}
