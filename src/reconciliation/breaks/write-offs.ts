/**
 * Writing breaks off, for the guarded action that orders it.
 *
 * Invariant: the break says which request wrote it off and who asked for it, in the transaction that does it; done twice
 * it is done once.
 */
import { OpsError } from '../../kernel/errors.js';
import type { WriteOffs } from '../../ports/breaks.js';
import { isOpen, step, type BreakLifeDeps } from './life.js';

/** `refresh` rewrites the card of the day that lists a partner’s breaks. */
export function createWriteOffs(deps: BreakLifeDeps, refresh: (partner: string) => Promise<void>): WriteOffs {
  const { breaks, transactions } = deps;
  return {
    find: (id) => breaks.find(id),
    writeOff: async ({ id, idempotencyKey, reason }) => {
      const request = await breaks.requestOf(idempotencyKey);
      if (request === null) throw new OpsError('internal', 'The request of a write-off is gone.');
      const written = await transactions.run(async (tx) => {
        const before = await breaks.take(tx, id);
        if (before.state === 'written_off' && before.remediationId === request.id) return before;
        if (!isOpen(before)) throw new OpsError('conflict', `${id} was explained meanwhile.`);
        return step(tx, deps, before, {
          verb: 'written_off',
          kind: 'written_off',
          actor: request.requesterId,
          text: reason,
          progress: { state: 'written_off', resolvedBy: request.requesterId, remediationId: request.id },
        });
      });
      await refresh(written.partner);
      return written;
    },
    writtenOffBy: async ({ id, idempotencyKey }) => {
      const [found, request] = await Promise.all([breaks.find(id), breaks.requestOf(idempotencyKey)]);
      return found.state === 'written_off' && found.remediationId === request?.id ? found : null;
    },
  };
}
