/** A log that keeps what it is told. */
import type { Log } from '../../src/kernel/log.js';

export interface Line {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

export function recordingLog(lines: Line[], bound: object = {}): Log {
  const at =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push({ level, message, fields: { ...bound, ...fields } });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => recordingLog(lines, { ...bound, ...fields }),
  };
}
