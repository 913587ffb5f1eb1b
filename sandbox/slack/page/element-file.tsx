/** The file input: chosen files travel in the submission, as name, type and base64 content. */
import type { VNode } from 'preact';
import type { FileUpload, Json } from '../wire.js';
import type { ElementProps } from './parts.js';
import { FileChips, FileChooser } from './file-picker.js';
import { actionId } from './form.js';
import { Icon } from './icons.js';
import { json, list, num, objs, str } from './json.js';
import { useSurface, valueOf } from './surface.js';

const fileCountMax = 10;

export function FileInput({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const files = objs(valueOf(surface, slot, element));
  const most = num(element.max_files, fileCountMax);
  const isFull = files.length >= most;
  const set = (next: Json[]): void => surface.edit(slot, element, next.slice(0, most));
  const add = (more: FileUpload[]): void =>
    set([...files.map(json), ...more.map((file) => json({ ...file }))]);
  return (
    <div class="file-input" data-action-id={actionId(element)}>
      <FileChips
        names={files.map((file) => str(file.name))}
        onRemove={(at) => set(files.toSpliced(at, 1).map(json))}
      />
      <label class={isFull ? 'button plain-style disabled' : 'button plain-style'}>
        <Icon name="file" size={16} /> Add file{most > 1 ? 's' : ''}
        <FileChooser
          label={slot.label || 'Add files'}
          types={list(element.filetypes).map((each) => str(each))}
          many={most > 1}
          disabled={isFull}
          onAdd={add}
        />
      </label>
    </div>
  );
}
