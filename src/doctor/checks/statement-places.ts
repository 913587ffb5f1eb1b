/** Whether each place of statements can be listed; a host key that is not pinned is named. */
import { placesOf } from '../../wiring/statement-places.js';
import { statementSettings } from '../../wiring/statement-work.js';
import type { Check, ConfiguredFacts } from '../check.js';

/** None where no partner has statements. */
export function checksOfPlaces({ environment, config }: ConfiguredFacts): Check[] {
  if (config.partners.every(({ statements }) => statements === undefined)) return [];
  return placesOf(statementSettings(environment, config)).map((place) => ({
    what: `statements in ${place.id}`,
    look: async () => {
      const { files, refused } = await place.list();
      const count = `${files.length} ${files.length === 1 ? 'file' : 'files'}`;
      return refused.length === 0 ? count : `${count}, and ${refused.length} that are not read`;
    },
  }));
}
