/**
 * The draft answer of a dispute in the form in which a person edits it and asks for it to be sent.
 *
 * Invariants: it is in the audit log who opened a draft, because it holds personal data, and a draft that cannot be written
 * there is not shown; a draft that takes too long leaves the form as it is, because a window opens within three seconds.
 */
import { textsOf, type Packet } from '../../src/disputes/evidence/packet.js';
import { part } from '../../src/kernel/part.js';
import { kindText } from '../../src/nouns/evidence-needs.js';
import type { EvidenceTextKind } from '../../src/ports/evidence.js';
import type { About, Action, Brief, TypedParameters } from '../../src/remediation/kit/action.js';
import { evidenceTextMaxLength, fieldOfKind } from '../../src/remediation/kit/evidence-params.js';
import type { RemediateDeps } from './deps.js';

export interface Draft {
  typed: TypedParameters;
  lines: readonly string[];
}

/** An action that takes an answer's texts and files. */
const answers = ({ fields }: Pick<Action, 'fields'>): boolean => 'explanation' in fields && 'files' in fields;

const withinMs = 1800;

/** Null where the action answers no dispute, or the draft is not there in time. */
export async function draftOf(
  action: Pick<Action, 'fields'>,
  about: About | null,
  { disputes }: Pick<RemediateDeps, 'disputes'>,
): Promise<Draft | null> {
  if (!disputes || about === null || !answers(action)) return null;
  if (!/^(dp|du)_[A-Za-z0-9]{4,60}$/.test(about.id)) return null;
  const assembled = disputes.lookAt(about.id).then((dispute) => disputes.packetOf(dispute));
  const found = await part(assembled, withinMs);
  return found !== null && 'value' in found ? draftFrom(found.value) : null;
}

function draftFrom(packet: Packet): Draft | null {
  const texts = Object.entries(textsOf(packet, evidenceTextMaxLength)) as [EvidenceTextKind, string][];
  if (texts.length + packet.documents.length === 0) return null;
  const kinds = texts.map(([kind]) => kindText(kind));
  return {
    typed: Object.fromEntries(texts.map(([kind, text]) => [fieldOfKind(kind), text])),
    lines: [
      ...(kinds.length === 0
        ? []
        : [`Filled in from your systems: ${kinds.join(', ')}. Read and edit before you send.`]),
      ...packet.documents.map(({ kind, where }) => `To attach as ${kindText(kind)}: ${where}`),
    ],
  };
}

/** The draft, once it is written down who opened it. */
export async function opened(
  draft: Draft | null,
  about: About | null,
  userId: string,
  { disputes }: Pick<RemediateDeps, 'disputes'>,
): Promise<Draft | null> {
  if (draft === null || about === null || !disputes) return null;
  return disputes.draftOpened(about.id, userId).then(
    () => draft,
    () => null,
  );
}

/** What is filled in comes first, to be read. */
export function withDraft(brief: Brief | null, draft: Draft | null): Brief | null {
  if (draft === null) return brief;
  return {
    lines: [...(brief?.lines ?? []), ...draft.lines],
    first: [...Object.keys(draft.typed), ...(brief?.first ?? [])],
  };
}
