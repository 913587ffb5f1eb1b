/** A place all of whose files are one partner's: they are listed as if they lay in a folder of its name. */
import type { StatementPlace } from '../../ports/statement-inbox.js';

export const ofPartner = (partner: string, place: StatementPlace): StatementPlace => ({
  ...place,
  list: async () => {
    const { files, refused } = await place.list();
    const inside = <File extends { path: string }>(file: File): File => ({
      ...file,
      path: `${partner}/${file.path}`,
    });
    return { files: files.map(inside), refused: refused.map(inside) };
  },
  read: (file) => place.read({ ...file, path: file.path.slice(partner.length + 1) }),
});
