/**
 * The kinds of values that `paydesk.yaml` is made of, each refused with what it should look like.
 *
 * Invariant: a value that is let through needs no second look: it is in the form that the rest of the house works with.
 */
import { validate as isCronExpression } from 'node-cron';
import { z } from 'zod';
import { parseDuration } from '../kernel/duration.js';
import { isPrivatePath } from '../kernel/loopback.js';

/** Written as `15m`; becomes milliseconds. */
export const duration = z.string().transform((text, context) => {
  const durationMs = parseDuration(text);
  if (durationMs !== null && durationMs > 0) return durationMs;
  context.addIssue({
    code: 'custom',
    message: `“${text}” is not a duration; write for instance 45s, 15m, 6h, 2d`,
  });
  return z.NEVER;
});

export const httpUrl = z.url({
  protocol: /^https?$/,
  message: 'must be an http or https address',
  // What is no address at all is not reported twice.
  abort: true,
});

/** What goes there, such as a key, must be safe from readers on the way. */
export const privateUrl = httpUrl.refine(isPrivatePath, {
  message: 'must be an https address (http on this machine)',
});

export const timeZone = z
  .string()
  .refine(isTimeZone, { message: 'is not an IANA time zone such as Europe/Amsterdam' });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const cron = z
  .string()
  .refine(isCronExpression, { message: 'is not a cron expression such as “*/5 * * * *”' });

export const partnerId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,30}$/, {
    message: 'must be lower-case letters, digits and hyphens, 2 to 31 characters',
  });

export const channel = z
  .string()
  .regex(/^[CG][A-Z0-9]{6,}$/, { message: 'must be a channel ID such as C0123456789, not a name' });

/** Slack's id of a user group. */
export const userGroup = z
  .string()
  .regex(/^S[A-Z0-9]{6,}$/, { message: 'must be a user group ID such as S0123456789, not a handle' });
