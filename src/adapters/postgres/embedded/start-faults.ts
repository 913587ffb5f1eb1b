/**
 * Turns what keeps an embedded Postgres from starting into a sentence that the person who runs Paydesk can act on.
 *
 * Invariant: a fault that waiting cannot cure is `misconfigured`; null means "try again, it may pass".
 * The texts are those of PostgreSQL's own sources with `LC_MESSAGES=C`, which the server always runs with.
 */
import { OpsError } from '../../../kernel/errors.js';

const ownDatabaseHint = 'Or set DATABASE_URL to a PostgreSQL of your own.';

interface Fault {
  /** Matches the output of initdb or postgres, or the code of a Node file error. */
  sign: RegExp;
  sentence: string;
  hint: string;
}

const faults: readonly Fault[] = [
  {
    sign: /No space left on device|Disk quota exceeded|ENOSPC|EDQUOT/,
    sentence: 'The disk is full',
    hint: 'Free some space (100 MB are enough to start, 500 MB for the sandbox) or choose another data folder with PAYDESK_HOME.',
  },
  {
    sign: /Read-only file system|EROFS/,
    sentence: 'The disk is read-only',
    hint: 'Choose a data folder that can be written with PAYDESK_HOME.',
  },
  {
    sign: /has invalid permissions|has wrong ownership|EPERM/,
    sentence: 'The data folder belongs to another user, or its rights cannot be set',
    hint: 'Start as the user who first started it, or choose another data folder with PAYDESK_HOME.',
  },
  {
    sign: /Permission denied|EACCES/,
    sentence: 'This user may not read or write the data folder',
    hint: 'Start as the user who first started it, or choose another data folder with PAYDESK_HOME.',
  },
  {
    // Node says ENOENT when a parent cannot be made, for instance on a disk that can only be read.
    sign: /ENOTDIR|EEXIST|ENOENT.*mkdir/,
    sentence: 'The data folder cannot be created there',
    hint: 'Choose another data folder with PAYDESK_HOME.',
  },
  {
    sign: /password authentication failed/,
    sentence: 'The file `secret` beside the data does not belong to this data',
    hint: 'Put the right file back, or move the data folder away to start with an empty one.',
  },
  {
    sign: /ENOENT.*[\\/]secret/,
    sentence: 'The file `secret` beside the data is missing',
    hint: 'Put it back, or move the data folder away to start with an empty one.',
  },
  {
    sign: /could not look up effective user/,
    sentence: 'PostgreSQL cannot create its data, because this user has no name on this machine',
    hint: 'Start as a user with a line in /etc/passwd.',
  },
  {
    sign: /database files are incompatible with server|initialized by PostgreSQL version/,
    sentence: 'The data was written by another version of PostgreSQL',
    hint: 'Move the data folder away to start with an empty one, or go back to the version of Paydesk that wrote it.',
  },
];

/** The lasting fault that `output` (text of a program, or a thrown file error) describes, or null if it may pass. */
export function lastingFault(output: unknown, folder: string): OpsError | null {
  const text =
    output instanceof Error
      ? `${'code' in output ? String(output.code) : ''} ${output.message}`
      : String(output);
  const fault = faults.find(({ sign }) => sign.test(text));
  if (!fault) return null;
  return new OpsError('misconfigured', `${fault.sentence}: ${folder}.`, {
    hint: `${fault.hint} ${ownDatabaseHint}`,
    cause: output,
  });
}

/** Runs file work in `folder`, with lasting faults translated. */
export async function withFolderFaults<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw lastingFault(error, folder) ?? error;
  }
}

export function wrongVersion(folder: string, found: string, brought: string): OpsError {
  return new OpsError(
    'misconfigured',
    `The data in ${folder} was written by PostgreSQL ${found}; this Paydesk comes with PostgreSQL ${brought}.`,
    {
      hint: `Move the folder away to start with an empty one, or go back to the version of Paydesk that wrote it. ${ownDatabaseHint}`,
    },
  );
}

export function noBinaries(platform: string, cause: unknown): OpsError {
  return new OpsError(
    'misconfigured',
    `The PostgreSQL that comes with Paydesk does not run here (${platform}).`,
    {
      hint:
        'It needs glibc (not Alpine) and, for root, another user to run as. ' +
        'Install again with optional dependencies, or set DATABASE_URL to a PostgreSQL of your own.',
      cause,
    },
  );
}

export function didNotMake(folder: string, cause: unknown): OpsError {
  return new OpsError('unavailable', `PostgreSQL could not create its data in ${folder}.`, {
    hint: `Try again, or choose another data folder with PAYDESK_HOME. ${ownDatabaseHint}`,
    cause,
  });
}

export function didNotStart(logFile: string, cause: unknown): OpsError {
  return new OpsError('unavailable', 'The embedded PostgreSQL did not start.', {
    hint: `Its log says why: ${logFile}`,
    cause,
  });
}
