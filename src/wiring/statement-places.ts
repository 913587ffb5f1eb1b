/**
 * Where statements are looked for: the folder, and the buckets and SFTP servers of `paydesk.yaml` with their secrets from
 * the environment.
 *
 * Invariant: facts are plain data, so that the thread that reads files can build the same places.
 */
import { folderPlace } from '../adapters/statements/folder.js';
import { ofPartner } from '../adapters/statements/of-partner.js';
import { s3Place, type S3Place } from '../adapters/statements/s3.js';
import { sftpPlace, type SftpPlace } from '../adapters/statements/sftp.js';
import type { Environment } from '../config/environment.js';
import type { Config } from '../config/schema.js';
import type { StatementPlace } from '../ports/statement-inbox.js';

export type PlaceSettings = { partner: string | null } & (
  { kind: 's3'; facts: S3Place } | { kind: 'sftp'; facts: SftpPlace }
);

export function placeSettings(
  { places }: Config['statements'],
  secrets: Environment['statementSecrets'],
): PlaceSettings[] {
  return places.flatMap(({ id, partner = null, every: everyMs, s3, sftp }): PlaceSettings[] => {
    const secret = (what: string): string | null => secrets[variableOf(id, what)]?.reveal() ?? null;
    if (s3)
      return [
        {
          kind: 's3',
          partner,
          facts: {
            id,
            everyMs,
            ...s3,
            accessKeyId: secret('ACCESS_KEY_ID'),
            secretAccessKey: secret('SECRET_ACCESS_KEY'),
            sessionToken: secret('SESSION_TOKEN'),
          },
        },
      ];
    if (!sftp) return [];
    return [
      {
        kind: 'sftp',
        partner,
        facts: {
          id,
          everyMs,
          ...sftp,
          password: secret('PASSWORD'),
          // Many ways to set a variable keep no line ends.
          privateKey: secret('PRIVATE_KEY')?.replaceAll('\\n', '\n') ?? null,
          passphrase: secret('PASSPHRASE'),
        },
      },
    ];
  });
}

/** `northpay-drop` and `PASSWORD`: `STATEMENTS_NORTHPAY_DROP_PASSWORD`. */
const variableOf = (id: string, what: string): string =>
  `STATEMENTS_${id.toUpperCase().replaceAll('-', '_')}_${what}`;

/** `signal`: aborted when the desk stops. */
export const placesOf = (
  { folder, places }: { folder: string; places: readonly PlaceSettings[] },
  signal?: AbortSignal,
): StatementPlace[] => [
  folderPlace(folder),
  ...places.map(({ partner, ...place }) => {
    const built = place.kind === 's3' ? s3Place(place.facts, { signal }) : sftpPlace(place.facts, { signal });
    return partner === null ? built : ofPartner(partner, built);
  }),
];
