/** What a file of this folder says of one category of disputes. */
import type { Material } from '../material.js';
import type { KnownDocument, Statement } from '../packet.js';

export interface Category {
  /** The provider's reason. */
  reason: string;
  /** What wins it, as a sentence for people. */
  wins: string;
  /** In the order in which the bank reads them. */
  statements(material: Material): readonly (Statement | null)[];
  documents(material: Material): readonly (KnownDocument | null)[];
}
