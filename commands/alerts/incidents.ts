/**
 * Opening an incident from an alert, and closing it.
 */
import { OpsError } from '../../src/kernel/errors.js';
import { hasVisibleText } from '../../src/kernel/visible-text.js';
import type { ActionRequest, SubmissionAnswer, SubmissionRequest } from '../../src/ports/command.js';
import { closeIncidentModal, incidentIds } from '../../src/views/alerts/incident.js';
import { requireLookups } from '../door.js';
import { connected, type AlertsDeps } from './deps.js';

const textMax = 1500;

export const incidentActions: Readonly<
  Record<string, (request: ActionRequest, desk: AlertsDeps) => Promise<void>>
> = {
  [incidentIds.open]: async ({ value, person }, desk) => {
    await requireLookups(desk, person.userId, 'Incidents');
    await connected(desk).takeToIncident(value, person.userId);
  },
  [incidentIds.close]: async ({ value, windows }) => windows.open(closeIncidentModal(incidentIdIn(value))),
};

export const incidentSubmissions: Readonly<
  Record<string, (request: SubmissionRequest, desk: AlertsDeps) => Promise<SubmissionAnswer>>
> = {
  [incidentIds.close]: async ({ memo, values, person }, desk) => {
    await requireLookups(desk, person.userId, 'Incidents');
    const { cause = '', impact = '' } = values;
    const errors = {
      ...faultOf('cause', cause, 'Say what caused it, or that it is unknown.'),
      ...faultOf('impact', impact, 'Say who was affected, or that no one was.'),
    };
    if (Object.keys(errors).length > 0) return { kind: 'errors', errors };
    await connected(desk).closeIncident(incidentIdIn(memo), { by: person.userId, cause, impact });
    return { kind: 'close' };
  },
};

function faultOf(name: string, text: string, empty: string): Record<string, string> {
  if (!hasVisibleText(text)) return { [name]: empty };
  return text.length > textMax
    ? { [name]: `At most ${textMax} characters; this text has ${text.length}.` }
    : {};
}

/** Comes back from outside. */
function incidentIdIn(text: string): string {
  if (/^INC-[1-9]\d{0,17}$/.test(text)) return text;
  throw new OpsError('invalid', 'That isn’t an incident ID.');
}
