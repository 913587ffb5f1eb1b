/**
 * Reads the file of an app's manifest, in YAML or JSON.
 * Invariant: what cannot be a manifest is refused with a sentence that names the file. Which parts it has is up to the app:
 * Slack takes one with no more than a name.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

type Members = Readonly<Record<string, unknown>>;

/** Throws an error with a sentence for a person. */
export function readManifestFile(path: string): Members {
  const manifest = parsed(path);
  if (isObject(manifest)) return manifest;
  throw new Error(
    `--manifest ${path} holds no manifest: give one in YAML or JSON, with \`display_information\`.`,
  );
}

function parsed(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const [why = message] = message.split('\n');
    if (code === 'ENOENT')
      throw new Error(`--manifest ${path}: there is no such file. Give a manifest in YAML or JSON.`, {
        cause: error,
      });
    throw new Error(`--manifest ${path} cannot be read: ${why}`, { cause: error });
  }
}

/** With one more domain whose links the app hears of. */
export function withUnfurlDomain(manifest: Members, domain: string): Members {
  const features = isObject(manifest.features) ? manifest.features : {};
  const domains: unknown[] = Array.isArray(features.unfurl_domains) ? features.unfurl_domains : [];
  return { ...manifest, features: { ...features, unfurl_domains: [...domains, domain] } };
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
