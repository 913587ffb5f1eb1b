/**
 * Draws any Block Kit block by its type: the registry of blocks.
 * Invariant: a block that is unknown, or that fails while it is drawn, shows a labelled box; its neighbours stay.
 */
import { Component, type ComponentChildren, type VNode } from 'preact';
import type { Block } from '../wire.js';
import {
  Actions,
  Alert,
  Context,
  ContextActions,
  Divider,
  Header,
  Input,
  Markdown,
  RichText,
  Section,
} from './block-text.js';
import { Card, Carousel, Container } from './block-card.js';
import { Chart } from './block-chart.js';
import { DataTable, Table } from './block-table.js';
import { FileBlock, ImageBlock, Video } from './block-image.js';
import { Plan, TaskCard } from './block-plan.js';
import { blockId } from './form.js';
import { str, type Obj } from './json.js';
import { SurfaceContext, type Surface } from './surface.js';
import { Unknown } from './unknown.js';

export interface BlockProps {
  block: Obj;
  /** The block's id on its surface. */
  id: string;
}

type Part = (props: BlockProps) => VNode;

const PARTS: Record<string, Part> = {
  section: Section,
  header: Header,
  context: Context,
  context_actions: ContextActions,
  divider: Divider,
  actions: Actions,
  input: Input,
  image: ImageBlock,
  rich_text: RichText,
  markdown: Markdown,
  table: Table,
  data_table: DataTable,
  data_visualization: Chart,
  card: Card,
  carousel: Carousel,
  container: Container,
  plan: Plan,
  task_card: TaskCard,
  video: Video,
  file: FileBlock,
  alert: Alert,
};

/** The blocks of a surface, top to bottom. */
export function Blocks({ blocks, surface }: { blocks: Block[]; surface: Surface }): VNode {
  return (
    <SurfaceContext.Provider value={surface}>
      <div class={`blocks on-${surface.kind}`}>
        <BlockList blocks={blocks} />
      </div>
    </SurfaceContext.Provider>
  );
}

/** Blocks inside a surface or inside another block. */
export function BlockList({ blocks }: { blocks: Obj[] }): VNode {
  return (
    <>
      {blocks.map((block, at) => (
        <OneBlock key={blockId(block, at)} block={block} id={blockId(block, at)} />
      ))}
    </>
  );
}

function OneBlock({ block, id }: BlockProps): VNode {
  const type = str(block.type);
  const Known = PARTS[type];
  return (
    <div class={`block ${Known === undefined ? 'block-unknown' : type}`} data-block-id={id}>
      {Known === undefined ? (
        <Unknown what="block" json={block} />
      ) : (
        <Guard block={block}>
          <Known block={block} id={id} />
        </Guard>
      )}
    </div>
  );
}

/** Shows the box in place of a block that failed; a changed block is tried again. */
class Guard extends Component<{ block: Obj; children: ComponentChildren }, { failed: Obj | null }> {
  override state = { failed: null };

  override componentDidCatch(): void {
    this.setState({ failed: this.props.block });
  }

  override render(): ComponentChildren {
    const { block, children } = this.props;
    return this.state.failed === block ? <Unknown what="block" json={block} /> : children;
  }
}
