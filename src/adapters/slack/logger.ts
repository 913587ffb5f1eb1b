/**
 * Lets Slack's libraries write to the house's log. Their `info` is chatter and becomes `debug`.
 */
import { LogLevel, type Logger } from '@slack/bolt';
import type { Log } from '../../kernel/log.js';

export function slackLogger(log: Log): Logger {
  const words = (parts: unknown[]): string => parts.map(String).join(' ');
  return {
    debug: () => undefined,
    info: (...parts: unknown[]) => log.debug({}, words(parts)),
    warn: (...parts: unknown[]) => log.warn({}, words(parts)),
    error: (...parts: unknown[]) => log.warn({}, words(parts)),
    getLevel: () => LogLevel.INFO,
    setLevel: () => undefined,
    setName: () => undefined,
  };
}
