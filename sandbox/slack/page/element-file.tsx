/**
 * The file input: chosen files travel in the submission, as name, type and base64 content.
 * Invariant: a file over `FILE_BYTES_MAX`, or of a type not asked for, is refused with a reason.
 */
import type { VNode } from 'preact';
import type { ElementProps } from './element.js';
import { useDesk } from './desk.js';
import { actionId } from './form.js';
import { Icon } from './icons.js';
import { json, list, num, objs, str, type Obj } from './json.js';
import { useSurface, valueOf } from './surface.js';

const FILE_BYTES_MAX = 5_000_000;

export function FileInput({ element, slot }: ElementProps): VNode {
  const surface = useSurface();
  const { toast } = useDesk();
  const files = objs(valueOf(surface, slot, element));
  const types = list(element.filetypes).map((each) => str(each));
  const most = num(element.max_files, 10);
  const add = async (chosen: File[]): Promise<void> => {
    const fault = chosen.map((file) => refusal(file, types)).find((each) => each !== null);
    if (fault !== undefined) {
      toast(fault, 'error');
      return;
    }
    const read = await Promise.all(chosen.map(readFile));
    surface.edit(slot, element, json([...files, ...read].slice(0, most)));
  };
  const remove = (at: number): void => surface.edit(slot, element, json(files.toSpliced(at, 1)));
  return (
    <div class="file-input" data-action-id={actionId(element)}>
      {files.map((file, at) => (
        <span key={at} class="chip">
          {str(file.name)}
          <button type="button" aria-label={`Remove ${str(file.name)}`} onClick={() => remove(at)}>
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      <label class={files.length >= most ? 'button plain-style disabled' : 'button plain-style'}>
        <Icon name="file" size={16} /> Add file{most > 1 ? 's' : ''}
        <input
          class="unseen"
          type="file"
          multiple={most > 1}
          disabled={files.length >= most}
          accept={types.map((each) => `.${each}`).join(',')}
          aria-label={slot.label || 'Add files'}
          onChange={(event) => {
            const chosen = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = '';
            void add(chosen);
          }}
        />
      </label>
    </div>
  );
}

function refusal(file: File, types: string[]): string | null {
  const extension = file.name.split('.').at(-1)?.toLowerCase() ?? '';
  if (types.length > 0 && !types.includes(extension))
    return `${file.name} is not of a type asked for: ${types.join(', ')}.`;
  return file.size > FILE_BYTES_MAX ? `${file.name} is larger than 5 MB.` : null;
}

async function readFile(file: File): Promise<Obj> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return {
    name: file.name,
    title: file.name,
    mimetype: file.type || 'application/octet-stream',
    size: file.size,
    content_base64: btoa(binary),
  };
}
