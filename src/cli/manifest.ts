/** `paydesk manifest`: prints the Slack app manifest, or compares it with the file. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpsError } from '../kernel/errors.js';
import { packageRoot } from '../kernel/package-root.js';
import { printManifest } from '../wiring/manifest.js';
import type { Voices } from './voices.js';

/** Throws `misconfigured` when the file is to be compared and differs. */
export function runManifest(check: boolean, { say }: Voices): void {
  const printed = printManifest();
  if (!check) return void process.stdout.write(printed);
  if (readFileSync(join(packageRoot, 'manifest.yml'), 'utf8') === printed)
    return say('manifest.yml is up to date.');
  throw new OpsError('misconfigured', 'manifest.yml is out of date.', {
    hint: 'Run: npx paydesk manifest > manifest.yml',
  });
}
