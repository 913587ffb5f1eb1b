/** `paydesk doctor`: checks every part, with a fix for each fault. */
import { readDotEnv } from '../config/environment.js';
import type { Finding } from '../doctor/check.js';
import { examine } from '../doctor/doctor.js';
import { systemClock } from '../kernel/clock.js';
import type { Voices } from './voices.js';

/** False when a check found a fault. */
export async function runDoctor(voices: Voices): Promise<boolean> {
  readDotEnv();
  return report(await examine(process.env, systemClock), voices);
}

/** False where there is a fault. */
export function report(findings: readonly Finding[], { say }: Pick<Voices, 'say'>): boolean {
  findings.flatMap(linesOf).forEach(say);
  const faults = findings.filter(({ state }) => state === 'fault').length;
  say(faults === 0 ? '\nAll checks passed.' : `\n${faults} of ${findings.length} checks found a fault.`);
  return faults === 0;
}

const marks = { ok: 'ok    ', warning: 'warn  ', fault: 'FAULT ', absent: '-     ' };

function linesOf({ what, state, says, hint }: Finding): string[] {
  const line = `${marks[state]} ${what}: ${says}`;
  return hint === null ? [line] : [line, `        → ${hint}`];
}
