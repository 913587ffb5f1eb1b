/** Files chosen so far, each with a cross to drop it, and the button that chooses more. */
import type { VNode } from 'preact';
import { useDesk } from './desk.js';
import { Icon } from './icons.js';
import type { FileUpload } from '../wire.js';
import { readUploads } from './uploads.js';

export function FileChips({ names, onRemove }: { names: string[]; onRemove: (at: number) => void }): VNode {
  return (
    <>
      {names.map((name, at) => (
        <span key={at} class="chip">
          {name}
          <button type="button" aria-label={`Remove ${name}`} onClick={() => onRemove(at)}>
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
    </>
  );
}

interface FileChooserProps {
  label: string;
  types: string[];
  many: boolean;
  disabled?: boolean;
  onAdd: (files: FileUpload[]) => void;
}

/** The browser's own file input, out of sight; the element around it is its button. */
export function FileChooser({ label, types, many, disabled = false, onAdd }: FileChooserProps): VNode {
  const { toast } = useDesk();
  const add = async (chosen: File[]): Promise<void> => {
    const read = await readUploads(chosen, types);
    if (typeof read === 'string') toast(read, 'error');
    else onAdd(read);
  };
  return (
    <input
      class="unseen"
      type="file"
      multiple={many}
      disabled={disabled}
      accept={types.map((each) => `.${each}`).join(',')}
      aria-label={label}
      onChange={(event) => {
        const chosen = [...(event.currentTarget.files ?? [])];
        event.currentTarget.value = '';
        void add(chosen);
      }}
    />
  );
}
